import { durationToMs, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type DocumentReader,
  type DocumentRequest,
  implementNode,
  type NodeImplementation,
  type NodeParams,
} from '@tenon/core/node'
import { textractOcr } from './definition.ts'

const LEAST_WAIT_MS = 2_000
const MOST_WAIT_MS = 120_000

/**
 * Creates the implementation over a reader of documents. While the service reads, the node run waits without a worker, and
 * asks again after half of the time that has passed.
 */
export function createTextractOcrNode(reader: DocumentReader): NodeImplementation<typeof textractOcr> {
  return implementNode(textractOcr, async (context) => {
    const { params, durable } = context
    const request = requestOf(params)
    // A person who corrects the params of a failed node run wants another reading.
    const { job, startedAt } = await durable(`reading/${sha256Hex(JSON.stringify(request))}`, async () => ({
      job: await reader.start(request, context),
      startedAt: Date.now(),
    }))
    const askAt = startedAt + job.askAfterMs
    if (Date.now() < askAt) return { suspend: { kind: 'time', dueAt: askAt } }
    try {
      const content = await reader.result(job, request, context)
      const now = Date.now()
      const waitedMs = Math.max(0, now - startedAt)
      if (content !== null) {
        await reader.discard(job, context)
        return { port: 'success', output: content }
      }
      if (waitedMs > durationToMs(params.maxWait)) {
        throw new TenonError('DOCUMENT_WAIT_TOO_LONG', `The document was not read within ${params.maxWait}`)
      }
      return { suspend: { kind: 'time', dueAt: now + Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, waitedMs / 2)) } }
    } catch (error) {
      if (error instanceof TenonError && !error.retryable) await reader.discard(job, context)
      throw error
    }
  })
}

type Params = NodeParams<typeof textractOcr>

function requestOf({ file, bucket, key, version, forms, tables, signatures, questions }: Params): DocumentRequest {
  return {
    document: documentOf(file, { bucket, key, ...(version === '' ? {} : { version }) }),
    parts: [
      ...(forms ? (['forms'] as const) : []),
      ...(tables ? (['tables'] as const) : []),
      ...(signatures ? (['signatures'] as const) : []),
    ],
    questions: Object.entries(questions).map(([name, text]) => ({ name, text })),
    bucket: bucket === '' ? null : bucket,
  }
}

function documentOf(
  file: Params['file'],
  object: { readonly bucket: string; readonly key: string; readonly version?: string },
): DocumentRequest['document'] {
  if (file !== undefined && object.key !== '') refuse('key', 'The node has both a document and an object')
  if (file !== undefined) return { file }
  if (object.key === '') refuse('file', 'The node has neither a document nor an object')
  if (object.bucket === '') refuse('bucket', 'The bucket of the object is missing')
  return { object }
}

function refuse(param: string, message: string): never {
  throw new TenonError('NODE_PARAMS_INVALID', `Invalid params of "textract-ocr": ${param}`, {
    details: { issues: [{ path: [param], code: 'invalid', message }] },
  })
}
