import { durationToMs, sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type DocumentReader,
  type DocumentReaderContext,
  type DocumentRequest,
  implementNode,
  type NodeContext,
  type NodeImplementation,
  type NodeParams,
  type StartedReading,
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
    const { params, connection } = context
    const request = requestOf(params)
    // A person who corrects the params or the connection of a failed node run wants another reading.
    const wanted = sha256Hex(JSON.stringify([request, connection?.connectionId ?? null]))
    const { reading, endedKey } = await openReading(reader, { request, wanted }, context)
    const { job, startedAt } = reading
    const askAt = startedAt + job.askAfterMs
    // A worker with a clock that is behind would wait for an instant that has passed.
    const now = Math.max(Date.now(), context.resume?.kind === 'time' ? context.resume.firedAt : 0)
    if (now < askAt) return { suspend: { kind: 'time', dueAt: askAt } }
    try {
      const content = await reader.result(job, request, context)
      const waitedMs = Math.max(0, now - startedAt)
      if (content !== null) {
        await discard(reader, job, context)
        return { port: 'success', output: { ...content, file: params.file ?? null } }
      }
      if (waitedMs > durationToMs(params.maxWait)) {
        throw new TenonError('DOCUMENT_WAIT_TOO_LONG', `The document was not read within ${params.maxWait}`)
      }
      const waitMs = Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, Math.ceil(waitedMs / 2)))
      return { suspend: { kind: 'time', dueAt: now + waitMs } }
    } catch (error) {
      if (error instanceof TenonError && !error.retryable) {
        await context.durable(endedKey, async () => true)
        await discard(reader, job, context)
      }
      throw error
    }
  })
}

interface Reading {
  readonly job: StartedReading
  readonly startedAt: number
}

/** Thrown by a journaled call in place of a result, so that nothing is journaled. */
const NOT_ENDED = new Error('The reading has not ended')

/** Returns the reading in progress. One that has ended without content is followed by another, with a key of its own. */
async function openReading(
  reader: DocumentReader,
  { request, wanted }: { readonly request: DocumentRequest; readonly wanted: string },
  context: DocumentReaderContext & Pick<NodeContext, 'durable'>,
): Promise<{ readonly reading: Reading; readonly endedKey: string }> {
  const { durable, idempotencyKey } = context
  for (let number = 1; ; number += 1) {
    const endedKey = `ended/${number}/${wanted}`
    const hasEnded = await durable(endedKey, () => Promise.reject(NOT_ENDED)).catch((error: unknown) => {
      if (error === NOT_ENDED) return false
      throw error
    })
    if (hasEnded) continue
    const key = number === 1 ? idempotencyKey : `${idempotencyKey}/${number}`
    const reading = await durable(`reading/${number}/${wanted}`, async () => ({
      job: await reader.start(request, { ...context, idempotencyKey: key }),
      startedAt: Date.now(),
    }))
    return { reading, endedKey }
  }
}

/** Removes what was stored for a reading. The node has its result, or its failure, whatever comes of it. */
async function discard(reader: DocumentReader, job: StartedReading, context: DocumentReaderContext): Promise<void> {
  await reader.discard(job, context).catch((error: unknown) => {
    const reason = error instanceof TenonError ? error.code : 'UNKNOWN'
    context.log('warn', 'What was stored for the document could not be removed', { reason })
  })
}

type Params = NodeParams<typeof textractOcr>

function requestOf(params: Params): DocumentRequest {
  // A reader that has no buckets has no fields for them.
  const { file, bucket = '', key = '', version = '', forms, tables, signatures, questions } = params
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
