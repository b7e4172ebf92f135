import type { Identity, Page, ToolInfo } from '@tenon/core/api'
import type { TenonClient } from '@tenon/core/client'
import type { Json, RunId } from '@tenon/core/document'
import { type Problem, TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import { readRunAnswer } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { toProblemResponse } from '../http/answer.ts'
import type { App } from '../http/app.ts'
import { askWhoCalls } from '../http/ask-who-calls.ts'
import type { OriginLog } from '../http/origin-log.ts'
import { readBytes } from '../http/read-body.ts'
import { createClientOf } from '../in-process-client.ts'
import type { Authenticate } from '../options.ts'
import type { RequestContext } from '../request-context.ts'
import { type HeldRun, holdRun } from './hold-run.ts'

/** The person behind a request of another protocol, such as MCP. */
export interface ProtocolCaller {
  readonly identity: Identity
  /** The API as this person, with the rates and queues of requests over HTTP. */
  readonly client: TenonClient
  /**
   * Starts or continues a run and follows its log until something asks for it to stop, the run has ended or answered, or the
   * time is over. The wait counts as a held request of the tenant before the work begins.
   *
   * @returns Id of the run.
   * @throws {@link TenonError} `RATE_LIMITED`, `FORBIDDEN` if the rights were taken away meanwhile; that of `begin`.
   */
  holdRun(held: HeldRun): Promise<RunId>
  /** Lists a page of the tools of the tenant, by name. @throws {@link TenonError} `FORBIDDEN`, `CURSOR_INVALID`. */
  listTools(query: { readonly name?: string; readonly cursor?: string }): Promise<Page<ToolInfo>>
  /** Reads what a run of the tenant has answered with a respond node, masked; `null` if it has not. */
  readAnswer(runId: RunId): Promise<{ readonly body: Json } | null>
}

/** Entry for protocols other than the API, such as MCP and A2A, which the host mounts beside it. */
export interface ProtocolCallers {
  /**
   * Authenticates a request as the API does. A request of a page must be of an origin that may call the API.
   *
   * @throws {@link TenonError} `UNAUTHENTICATED`, `IDENTITY_INVALID`, `UNAVAILABLE`, `ORIGIN_REFUSED`.
   */
  identify(request: Request, context: RequestContext): Promise<ProtocolCaller>
  /**
   * Reads the body of a request within the time and a limit of its size.
   *
   * @throws {@link TenonError} `REQUEST_TOO_LARGE`, `REQUEST_TIMEOUT`, `REQUEST_MALFORMED`.
   */
  readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>
  /** Turns a thrown value into a problem document; an unexpected one is logged. */
  toProblem(thrown: unknown): Response
  /** Logs an error that a protocol has already answered. */
  logError(error: unknown): void
}

interface CallersOptions {
  readonly authenticate: Authenticate
  readonly logOrigin: OriginLog
  readonly bodyTimeoutMs: number
}

/** Creates the entry for protocols other than the API. */
export function createProtocolCallers(server: ServerContext, app: App, options: CallersOptions): ProtocolCallers {
  function checkOrigin(origin: string | null): void {
    if (origin === null || server.pageOrigins.includes(origin)) return
    options.logOrigin(origin)
    throw new TenonError('ORIGIN_REFUSED', 'Pages of this origin may not call the server')
  }

  return {
    async identify(request, context) {
      checkOrigin(request.headers.get('origin'))
      const identity = await askWhoCalls(options.authenticate, request, context)
      const receivedAt = server.now()
      return {
        identity,
        client: createClientOf(server, app, { identity, isLimited: true }),
        listTools: (query) => listTools(server, app, identity, query),
        holdRun: (held) => holdRun(server, { identity, receivedAt }, held),
        readAnswer: (runId) => readAnswer(server, identity, runId),
      }
    },
    readBody: (request, maxBytes) => readBytes(request, maxBytes, options.bodyTimeoutMs),
    toProblem: (thrown) => toProblemResponse(thrown, crypto.randomUUID(), server.log),
    logError: (error) =>
      server.log('error', 'protocol.failed: internal error', {
        error: error instanceof Error ? error.message : String(error),
      }),
  }
}

/** The page needs no method for tools, so the client has none. */
async function listTools(
  server: ServerContext,
  app: App,
  identity: Identity,
  query: { readonly name?: string; readonly cursor?: string },
): Promise<Page<ToolInfo>> {
  const request = new Request(`${server.apiUrl}/tools?${new URLSearchParams(query)}`)
  const response = await app.fetch(request, { identity, isLimited: true })
  if (response.ok) return (await response.json()) as Page<ToolInfo>
  const { code, detail, remedy } = (await response.json()) as Problem
  throw new TenonError(code, detail, { remedy })
}

async function readAnswer(
  { reader }: Pick<ServerContext, 'reader'>,
  { tenantId }: Identity,
  runId: RunId,
): Promise<{ readonly body: Json } | null> {
  const ref = await reader.readAnswer(tenantId, runId)
  const answer = ref === null ? null : readRunAnswer(await reader.loadValue(tenantId, ref))
  return answer === null ? null : { body: maskCredentials(answer.body) }
}
