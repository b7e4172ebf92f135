import {
  AnalyzeDocumentCommand,
  type Block,
  DetectDocumentTextCommand,
  type DocumentLocation,
  type FeatureType,
  GetDocumentAnalysisCommand,
  GetDocumentTextDetectionCommand,
  StartDocumentAnalysisCommand,
  StartDocumentTextDetectionCommand,
} from '@aws-sdk/client-textract'
import { sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type {
  DocumentContent,
  DocumentReader,
  DocumentReaderContext,
  DocumentRequest,
  StartedReading,
} from '@tenon/core/node'
import { aFunction, checkOptions, optional } from '@tenon/core/options'
import { z } from 'zod'
import { deleteObject, putObject } from './bucket.ts'
import { contentOf } from './content-of.ts'
import { isThrottled } from './failures.ts'
import { callTextract, type TextractTerms } from './textract-client.ts'

/** Addresses of {@link textractReader}. */
export interface TextractReaderOptions {
  /**
   * Returns the origin for a host such as `textract.us-east-1.amazonaws.com` or `s3.us-east-1.amazonaws.com`. Another host
   * must contain the service and the region in the same form, and be one of those of the connection.
   *
   * @defaultValue the host by https
   */
  readonly originOf?: (host: string) => string
}

const MOST_INLINE_BYTES = 10_485_760
const MOST_BYTES = 33_554_432
const MOST_BLOCKS = 500_000
/** Requests for a result that is ready, of which Textract takes a few in a second. */
const ATTEMPTS_TO_GET = 5
const FIRST_ASK_MS = 3_000
const IMAGES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png'])
const PAGED: ReadonlySet<string> = new Set(['application/pdf', 'image/tiff'])

const temporarySchema = z.object({ bucket: z.string(), key: z.string() }).nullable()
const stateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('now') }),
  z.object({ kind: z.literal('job'), jobId: z.string(), temporary: temporarySchema }),
])

/**
 * Creates a reader of documents by Amazon Textract, for connections to AWS. An image is read at once, as is a PDF or TIFF
 * without a bucket, of which Textract takes a single page. Other documents are read by a job from an S3 bucket.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown or faulty option.
 *
 * @example
 * ```ts
 * import { createBuiltInNodes } from '@tenon/nodes/server'
 * import { textractReader } from '@tenon/nodes/textract'
 *
 * export const nodes = createBuiltInNodes({ documentReader: textractReader() })
 * ```
 */
export function textractReader(options: TextractReaderOptions = {}): DocumentReader {
  checkOptions('textractReader', options, {
    originOf: optional(aFunction('originOf must be a function (host) that returns an origin')),
  })
  const { originOf = (host: string) => `https://${host}` } = options
  const originIn = (service: 'textract' | 's3', region: string) => originOf(`${service}.${region}.${domainOf(region)}`)
  const termsOf = (context: DocumentReaderContext): TextractTerms => {
    const region = regionOf(context)
    return { ...context, region, endpoint: originIn('textract', region) }
  }
  return Object.freeze({
    start: async (request: DocumentRequest, context: DocumentReaderContext): Promise<StartedReading> => {
      if (isInline(request)) return { askAfterMs: 0, state: { kind: 'now' } }
      const terms = termsOf(context)
      // Another request of the same node run, with params that a person has corrected, is another job.
      const token = sha256Hex(`${context.idempotencyKey}\n${JSON.stringify(request)}`)
      const { location, temporary } = await locate(request, token, originIn('s3', terms.region), context)
      const jobId = await startJob(terms, location, token, request).catch(async (error: unknown) => {
        // A refused job is not begun by another attempt, which would find the document again by its token.
        const isOver = temporary !== null && error instanceof TenonError && !error.retryable
        if (isOver) await removeFrom(originIn('s3', terms.region), temporary, context)
        throw error
      })
      return { askAfterMs: FIRST_ASK_MS, state: { kind: 'job', jobId, temporary } }
    },
    result: async ({ state }: StartedReading, request: DocumentRequest, context: DocumentReaderContext) => {
      const job = stateSchema.parse(state)
      const terms = termsOf(context)
      return job.kind === 'now' ? readNow(terms, request, context) : readJob(terms, job.jobId, request, context)
    },
    discard: async ({ state }: StartedReading, context: DocumentReaderContext): Promise<void> => {
      const job = stateSchema.parse(state)
      if (job.kind === 'now' || job.temporary === null) return
      await removeFrom(originIn('s3', regionOf(context)), job.temporary, context)
    },
  })
}

/** Deletes a document that was stored for a job; a failure is a line of the log. */
async function removeFrom(
  origin: string,
  temporary: { readonly bucket: string; readonly key: string },
  context: DocumentReaderContext,
): Promise<void> {
  const fault = await deleteObject(origin, temporary, context)
  if (fault !== null) context.log('warn', 'The document could not be deleted from the bucket', { ...temporary, fault })
}

function regionOf({ connection }: DocumentReaderContext): string {
  const region = connection?.values['region']
  if (typeof region === 'string' && region !== '') return region
  throw new TenonError('CONNECTION_REFUSED', 'The node has no connection to AWS', {
    remedy: 'Choose a connection to AWS.',
  })
}

function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
}

function isInline({ document, bucket }: DocumentRequest): boolean {
  return 'file' in document && (bucket === null || IMAGES.has(document.file.type))
}

/** Returns where Textract finds the document of a job; a file of the tenant is stored in the bucket first. */
async function locate(
  { document, bucket }: DocumentRequest,
  token: string,
  origin: string,
  context: DocumentReaderContext,
): Promise<{ readonly location: DocumentLocation; readonly temporary: { bucket: string; key: string } | null }> {
  if ('object' in document) {
    const { bucket: Bucket, key: Name, version } = document.object
    const S3Object = { Bucket, Name, ...(version === undefined ? {} : { Version: version }) }
    return { location: { S3Object }, temporary: null }
  }
  checkType(document.file.type)
  const temporary = { bucket: bucket ?? '', key: `tenon-documents/${token}` }
  await putObject(origin, temporary, await context.files.read(document.file, MOST_BYTES), context)
  return { location: { S3Object: { Bucket: temporary.bucket, Name: temporary.key } }, temporary }
}

function checkType(type: string): void {
  if (IMAGES.has(type) || PAGED.has(type)) return
  throw new TenonError('DOCUMENT_INVALID', `Textract does not read documents of the type ${type}`)
}

function featuresOf({ parts, questions }: DocumentRequest): FeatureType[] {
  const features = { forms: 'FORMS', tables: 'TABLES', signatures: 'SIGNATURES' } as const
  return [...parts.map((part) => features[part]), ...(questions.length === 0 ? [] : (['QUERIES'] as const))]
}

/** Returns what an analysis looks for; `null` if the text alone is wanted. */
function analysisOf(request: DocumentRequest) {
  const FeatureTypes = featuresOf(request)
  if (FeatureTypes.length === 0) return null
  const Queries = request.questions.map(({ text, name }) => ({ Text: text, Alias: name, Pages: ['*'] }))
  return { FeatureTypes, ...(Queries.length === 0 ? {} : { QueriesConfig: { Queries } }) }
}

async function startJob(
  terms: TextractTerms,
  DocumentLocation: DocumentLocation,
  ClientRequestToken: string,
  request: DocumentRequest,
): Promise<string> {
  const analysis = analysisOf(request)
  const input = { DocumentLocation, ClientRequestToken }
  const { JobId } = await callTextract(terms, 1, (client) =>
    analysis === null
      ? client.send(new StartDocumentTextDetectionCommand(input))
      : client.send(new StartDocumentAnalysisCommand({ ...input, ...analysis })),
  )
  return JobId ?? fail('Textract began a job without an id')
}

async function readNow(
  terms: TextractTerms,
  request: DocumentRequest,
  { files }: DocumentReaderContext,
): Promise<DocumentContent> {
  const { document } = request
  if (!('file' in document)) return fail('A document in a bucket is read by a job')
  checkType(document.file.type)
  if (document.file.size > MOST_INLINE_BYTES) {
    throw new TenonError('DOCUMENT_INVALID', 'The document has more than 10 MB', {
      remedy: 'Name an S3 bucket in the node for a PDF or TIFF, or make an image smaller.',
    })
  }
  const Document = { Bytes: await files.read(document.file, MOST_INLINE_BYTES) }
  const analysis = analysisOf(request)
  const { Blocks = [], DocumentMetadata } = await callTextract(terms, 1, (client) =>
    analysis === null
      ? client.send(new DetectDocumentTextCommand({ Document }))
      : client.send(new AnalyzeDocumentCommand({ Document, ...withoutPages(analysis) })),
  )
  return contentOf({ blocks: Blocks, pageCount: DocumentMetadata?.Pages, warnings: [] })
}

/** A document that is read at once has one page. */
function withoutPages({ FeatureTypes, QueriesConfig }: NonNullable<ReturnType<typeof analysisOf>>) {
  if (QueriesConfig === undefined) return { FeatureTypes }
  return { FeatureTypes, QueriesConfig: { Queries: QueriesConfig.Queries.map(({ Text, Alias }) => ({ Text, Alias })) } }
}

/** Returns the content of a job with all parts of its result; `null` while it runs, or if Textract limits the requests. */
async function readJob(
  terms: TextractTerms,
  JobId: string,
  request: DocumentRequest,
  { log }: DocumentReaderContext,
): Promise<DocumentContent | null> {
  const isAnalysis = analysisOf(request) !== null
  const blocks: Block[] = []
  let NextToken: string | undefined
  for (let parts = 1; ; parts += 1) {
    const input = { JobId, ...(NextToken === undefined ? {} : { NextToken }) }
    const get = () =>
      callTextract(terms, ATTEMPTS_TO_GET, (client) =>
        isAnalysis
          ? client.send(new GetDocumentAnalysisCommand(input))
          : client.send(new GetDocumentTextDetectionCommand(input)),
      )
    const answer = await get().catch((error: unknown) => {
      if (!isThrottled(error)) throw error
      log('warn', 'Textract limits the requests for results: the node asks again later')
      return null
    })
    if (answer === null || answer.JobStatus === 'IN_PROGRESS') return null
    const { JobStatus, StatusMessage = '', Blocks = [], DocumentMetadata, Warnings = [] } = answer
    if (JobStatus !== 'SUCCEEDED' && JobStatus !== 'PARTIAL_SUCCESS') return failJob(JobStatus, StatusMessage)
    for (const block of Blocks) blocks.push(block)
    if (blocks.length > MOST_BLOCKS) {
      throw new TenonError('DOCUMENT_TOO_LARGE', `The result has more than ${MOST_BLOCKS} words, lines and other parts`)
    }
    if (answer.NextToken === undefined || answer.NextToken === '') {
      log('info', `Textract returned ${blocks.length} blocks in ${parts} ${parts === 1 ? 'part' : 'parts'}`)
      const warnings = Warnings.map(({ ErrorCode = 'UNKNOWN', Pages = [] }) => ({ code: ErrorCode, pages: Pages }))
      return contentOf({ blocks, pageCount: DocumentMetadata?.Pages, warnings })
    }
    // The same part for ever would be no end.
    if (answer.NextToken === NextToken || Blocks.length === 0)
      return fail('Textract returned a part of the result twice')
    NextToken = answer.NextToken
  }
}

function failJob(status: string | undefined, message: string): never {
  throw new TenonError('DOCUMENT_READ_FAILED', `The job of Textract failed: ${message === '' ? status : message}`, {
    retryable: false,
    remedy: 'Check the document, and that the connection may read it from the bucket. Then run the node again.',
    details: { service: 'textract', reason: status ?? 'none' },
  })
}

function fail(message: string): never {
  throw new TenonError('DOCUMENT_READ_FAILED', message, { retryable: false })
}
