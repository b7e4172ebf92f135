import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sign } from 'aws4'
import { z } from 'zod'

export const AWS_KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'canary/K7MDENG+bPxRfiCYEXAMPLEKEY' }
export const AWS_REGION = 'us-east-1'

const features = z.array(z.enum(['FORMS', 'TABLES', 'QUERIES', 'SIGNATURES'])).min(1)
const query = z.strictObject({
  Text: z.string().min(1).max(200),
  Alias: z.string().max(250).optional(),
  Pages: z.array(z.string()).optional(),
})
const queriesConfig = z.strictObject({ Queries: z.array(query).min(1) })
const bytes = z.strictObject({ Bytes: z.base64().min(1) })
const location = z.strictObject({
  S3Object: z.strictObject({ Bucket: z.string().min(3), Name: z.string().min(1), Version: z.string().optional() }),
})
const token = z.string().regex(/^[\w-]{1,64}$/)
const job = z.strictObject({ JobId: z.string().min(1), NextToken: z.string().min(1).optional() })
const analysis = { FeatureTypes: features, QueriesConfig: queriesConfig.optional() }

/** Bodies of the operations that the nodes use. Other fields and operations are refused. */
const OPERATIONS = {
  DetectDocumentText: z.strictObject({ Document: bytes }),
  AnalyzeDocument: z.strictObject({ Document: bytes, ...analysis }),
  StartDocumentTextDetection: z.strictObject({ DocumentLocation: location, ClientRequestToken: token }),
  StartDocumentAnalysis: z.strictObject({ DocumentLocation: location, ClientRequestToken: token, ...analysis }),
  GetDocumentTextDetection: job,
  GetDocumentAnalysis: job,
} as const
type Operation = keyof typeof OPERATIONS

/** Result of a job, part by part. */
export interface SimulatedResult {
  readonly status?: 'SUCCEEDED' | 'PARTIAL_SUCCESS' | 'FAILED'
  readonly message?: string
  readonly pages: number
  readonly parts: readonly (readonly object[])[]
  readonly warnings?: readonly object[]
}

/** Answer in place of the one that a request would get; `cut` closes the socket after the request was processed. */
export type Fault = { readonly code: string; readonly status: number; readonly message?: string } | 'cut'

/** A local Textract with an S3 and an STS, which take requests with valid signatures and bodies only, as AWS documents them. */
export interface TextractSimulator extends AsyncDisposable {
  readonly port: number
  readonly originOf: (host: string) => string
  /** Operations of Textract and methods of S3 that were answered, in order. */
  readonly calls: readonly string[]
  readonly jobs: ReadonlyMap<string, { readonly input: unknown }>
  readonly objects: Map<string, Buffer>
  result: SimulatedResult
  /** Result for a document, in place of the one for all. */
  resultOf: ((document: Buffer) => SimulatedResult) | null
  /** Waits before a request about a document is processed, and before it is answered. */
  hold: (operation: string, side: 'before' | 'after', document: Buffer) => Promise<void>
  /** Requests for a result that are answered with IN_PROGRESS first, for each job. */
  polls: number
  /** Answers the next requests of an operation. */
  failNext(operation: Operation | 'PUT' | 'DELETE', ...faults: readonly Fault[]): void
}

const NONE = Buffer.alloc(0)

interface Job {
  readonly operation: Operation
  readonly token: string
  readonly input: { readonly DocumentLocation: z.output<typeof location> }
  polls: number
}

export async function startTextractSimulator(): Promise<TextractSimulator> {
  const calls: string[] = []
  const jobs = new Map<string, Job>()
  const objects = new Map<string, Buffer>()
  const faults = new Map<string, Fault[]>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const host = request.headers.host ?? ''
    const scope = /Credential=[^/]+\/\d+\/[^/]+\/(\w+)\//.exec(request.headers.authorization ?? '')?.[1]
    const service = (host.includes('.amazonaws.com') ? host.split('.')[0] : scope) ?? ''
    const why = signatureFault(request, body, service)
    if (why !== null) return refuse(service, response, { code: 'InvalidSignatureException', status: 403, message: why })
    try {
      if (request.url?.includes('Action=GetCallerIdentity')) return void response.writeHead(200).end('{}')
      const name = service === 's3' ? (request.method ?? '') : operationOf(request)
      calls.push(name)
      const fault = faults.get(name)?.shift()
      if (fault !== undefined && fault !== 'cut') return refuse(service, response, fault)
      const document = documentIn(service, request, body)
      await state.hold(name, 'before', document)
      const { status, text } = service === 's3' ? storage(request, body) : textract(request, body)
      await state.hold(name, 'after', document)
      if (fault === 'cut') return void response.destroy()
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
      response.end(text)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refuse(service, response, error.fault)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  /** Returns the document that a request sends or names; empty for one that is unknown. */
  function documentIn(service: string, request: IncomingMessage, body: Buffer): Buffer {
    if (service === 's3')
      return request.method === 'PUT' ? body : (objects.get(decodeURIComponent(request.url ?? '').slice(1)) ?? NONE)
    const input: unknown = JSON.parse(body.toString('utf8'))
    const jobId = job.safeParse(input).data?.JobId
    const { DocumentLocation } = z.looseObject({ DocumentLocation: location }).safeParse(input).data ?? {}
    const { Bucket, Name } = (DocumentLocation ?? jobs.get(jobId ?? '')?.input.DocumentLocation)?.S3Object ?? {}
    return objects.get(`${Bucket}/${Name}`) ?? NONE
  }

  function storage(request: IncomingMessage, body: Buffer) {
    const name = decodeURIComponent(request.url ?? '').slice(1)
    if (!name.startsWith('scans/')) throw new Refusal('NoSuchBucket', 404)
    if (request.method === 'PUT') objects.set(name, body)
    else if (request.method === 'DELETE') objects.delete(name)
    else throw new Refusal('MethodNotAllowed', 405)
    return { status: request.method === 'PUT' ? 200 : 204, text: '' }
  }

  function textract(request: IncomingMessage, body: Buffer) {
    const operation = operationOf(request)
    const type = request.headers['content-type']
    if (request.method !== 'POST' || request.url !== '/' || type !== 'application/x-amz-json-1.1')
      throw new Refusal('UnknownOperationException', 400)
    const input = OPERATIONS[operation].safeParse(JSON.parse(body.toString('utf8')))
    if (!input.success) throw new Refusal('ValidationException', 400, z.prettifyError(input.error))
    return { status: 200, text: JSON.stringify(run(operation, input.data)) }
  }

  function run(operation: Operation, input: z.output<(typeof OPERATIONS)[Operation]>): object {
    if ('FeatureTypes' in input) checkQueries(input, operation === 'AnalyzeDocument' ? 15 : 30)
    if ('Document' in input) return readNow(Buffer.from(input.Document.Bytes, 'base64'))
    if ('DocumentLocation' in input) return startJob(operation, input)
    return partOf(operation, input)
  }

  function resultFor(document: Buffer): SimulatedResult {
    return state.resultOf?.(document) ?? state.result
  }

  function readNow(document: Buffer): object {
    if (document.byteLength > 10_485_760) throw new Refusal('DocumentTooLargeException', 400)
    if (pagesIn(document) !== 1)
      throw new Refusal('UnsupportedDocumentException', 400, 'Request has unsupported document')
    return { DocumentMetadata: { Pages: 1 }, Blocks: resultFor(document).parts.flat() }
  }

  function startJob(
    operation: Operation,
    input: { DocumentLocation: z.output<typeof location>; ClientRequestToken: string },
  ) {
    const { Bucket, Name } = input.DocumentLocation.S3Object
    const known = [...jobs].find(([, { token: of }]) => of === input.ClientRequestToken)
    if (known !== undefined) {
      if (JSON.stringify(known[1].input) !== JSON.stringify(input))
        throw new Refusal('IdempotentParameterMismatchException', 400)
      return { JobId: known[0] }
    }
    if (!objects.has(`${Bucket}/${Name}`))
      throw new Refusal('InvalidS3ObjectException', 400, 'Unable to get object metadata')
    const JobId = randomUUID().replaceAll('-', '')
    jobs.set(JobId, { operation, token: input.ClientRequestToken, input, polls: state.polls })
    return { JobId }
  }

  function partOf(operation: Operation, { JobId, NextToken }: z.output<typeof job>): object {
    const found = jobs.get(JobId)
    if (found === undefined || found.operation.slice('Start'.length) !== operation.slice('Get'.length))
      throw new Refusal('InvalidJobIdException', 400, 'Request has invalid Job Id')
    if (found.polls > 0) {
      found.polls -= 1
      return { JobStatus: 'IN_PROGRESS' }
    }
    const { Bucket, Name } = found.input.DocumentLocation.S3Object
    const document = objects.get(`${Bucket}/${Name}`) ?? NONE
    const { status = 'SUCCEEDED', message, pages, parts, warnings = [] } = resultFor(document)
    if (status === 'FAILED') return { JobStatus: status, StatusMessage: message }
    const index = NextToken === undefined ? 0 : Number(/^part-(\d+)$/.exec(NextToken)?.[1])
    const Blocks = parts[index]
    if (Blocks === undefined) throw new Refusal('InvalidParameterException', 400, 'NextToken')
    const next = index + 1 < parts.length ? { NextToken: `part-${index + 1}` } : {}
    const Warnings = warnings.length === 0 ? {} : { Warnings: warnings }
    return { JobStatus: status, DocumentMetadata: { Pages: pages }, Blocks, ...Warnings, ...next }
  }

  const state: TextractSimulator = {
    ...{ port, calls, jobs, objects, polls: 0, result: { pages: 1, parts: [[]] }, resultOf: null },
    hold: async () => undefined,
    originOf: (host) => `http://${host}:${port}`,
    failNext: (operation, ...next) => void faults.set(operation, [...(faults.get(operation) ?? []), ...next]),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return state
}

class Refusal extends Error {
  readonly fault: Exclude<Fault, 'cut'>
  constructor(code: string, status: number, message = code) {
    super(message)
    this.fault = { code, status, message }
  }
}

function refuse(
  service: string,
  response: ServerResponse,
  { code, status, message = code }: Exclude<Fault, 'cut'>,
): void {
  const isStorage = service === 's3'
  response.writeHead(status, { 'content-type': isStorage ? 'application/xml' : 'application/x-amz-json-1.1' })
  response.end(isStorage ? `<Error><Code>${code}</Code></Error>` : JSON.stringify({ __type: code, message }))
}

function operationOf({ headers }: IncomingMessage): Operation {
  const [, name = ''] = /^Textract\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? []
  if (!Object.hasOwn(OPERATIONS, name)) throw new Refusal('UnknownOperationException', 400)
  return name as Operation
}

function checkQueries(
  input: z.output<typeof OPERATIONS.AnalyzeDocument> | { FeatureTypes: string[] },
  most: number,
): void {
  const queries = 'QueriesConfig' in input ? (input.QueriesConfig?.Queries ?? []) : []
  const isAsked = input.FeatureTypes.some((feature) => feature === 'QUERIES')
  if (isAsked !== queries.length > 0 || queries.length > most)
    throw new Refusal('InvalidParameterException', 400, 'Queries')
}

function pagesIn(document: Buffer): number {
  const text = document.toString('latin1')
  return text.startsWith('%PDF-') ? (text.match(/\/Type \/Page\b/g) ?? []).length : 1
}

/** Returns why a request is not signed as another library would sign it; `null` if it is. */
function signatureFault(request: IncomingMessage, body: Buffer, service: string): string | null {
  const { authorization = '', host = '' } = request.headers
  const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? []
  const required = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))]
  const missing = required.find((name) => !signed.includes(name))
  if (missing !== undefined) return `${missing} is not signed`
  if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(body).digest('hex')) return 'another body'
  const at = String(request.headers['x-amz-date']).replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  )
  if (!(Math.abs(performance.timeOrigin + performance.now() - Date.parse(at)) < 300_000))
    return `Signature expired: ${at}`
  const headers = Object.fromEntries(signed.map((name) => [name, String(request.headers[name])]))
  const own = sign(
    { service, region: AWS_REGION, method: String(request.method), host, path: String(request.url), headers },
    AWS_KEY,
  ).headers?.['Authorization']
  return own === authorization ? null : 'The request signature we calculated does not match'
}
