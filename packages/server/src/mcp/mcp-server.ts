import { createMcpHandler } from '@modelcontextprotocol/server'
import { checkOptions, httpUrl, msUpTo, optional, text } from '@tenon/core/options'
import { anAutomationWithCallers } from '../check-automation.ts'
import type { ProtocolCaller } from '../protocols/protocol-callers.ts'
import type { RequestContext } from '../request-context.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'
import { createCallerServer } from './caller-server.ts'

/** Options of {@link createMcpServer}. */
export interface McpServerOptions {
  /** Name by which clients show the server, such as that of the product. */
  readonly name: string
  /** Version that clients show. @defaultValue '1' */
  readonly version?: string
  /** Text for the models of clients about all tools together. */
  readonly instructions?: string
  /**
   * Longest time that a call waits for its run before it becomes a task, for clients that support tasks; in milliseconds.
   *
   * @defaultValue 3_000
   */
  readonly taskAfterMs?: number
  /** Longest time that a call waits for its run for other clients, in milliseconds; at most 120,000. @defaultValue 45_000 */
  readonly waitMs?: number
  /** Address of the protected resource metadata (RFC 9728), for clients that sign people in by OAuth. */
  readonly resourceMetadataUrl?: string
}

/** The MCP endpoint of a host. */
export interface McpServer {
  /** Answers one request; never rejects. @param context - Passed on to `authenticate`. @defaultValue `{}` */
  readonly fetch: (request: Request, context?: RequestContext) => Promise<Response>
  /** Ends open streams. */
  close(): Promise<void>
}

/** Arguments of a tool are the input of a run, with the message around them. */
const MAX_BODY_BYTES = 1_114_112
const MAX_WAIT_MS = 120_000

const CHECKS = {
  automation: anAutomationWithCallers,
  name: text,
  version: optional(text),
  instructions: optional(text),
  taskAfterMs: optional(msUpTo(MAX_WAIT_MS)),
  waitMs: optional(msUpTo(MAX_WAIT_MS)),
  resourceMetadataUrl: optional(httpUrl),
}

/**
 * Creates an MCP endpoint for the workflows that are published as tools: stateless, over streamable HTTP. Each request is
 * authenticated by the host's `authenticate`, and may do what the API lets the same person do.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID`.
 * @see docs/guides/mcp.md
 *
 * @example
 * ```ts
 * const mcp = createMcpServer(automation, { name: 'Hearth' })
 * app.all('/mcp', (c) => mcp.fetch(c.req.raw, { c }))
 * ```
 */
export function createMcpServer(automation: Pick<WorkflowServer, 'callers'>, options: McpServerOptions): McpServer {
  checkOptions('createMcpServer', { automation, ...options }, CHECKS)
  const { callers } = automation
  const { taskAfterMs = 3_000, waitMs = 45_000, version = '1', resourceMetadataUrl } = options
  const settings = { ...options, version, taskAfterMs, waitMs, logError: callers.logError }
  const handler = createMcpHandler(
    ({ authInfo }) => createCallerServer(authInfo?.extra?.['caller'] as ProtocolCaller, settings),
    { maxRequestBodySize: MAX_BODY_BYTES, onerror: () => undefined },
  )

  async function answer(request: Request, context: RequestContext): Promise<Response> {
    const caller = await callers.identify(request, context)
    const authInfo = { token: '', clientId: caller.identity.userId, scopes: [], extra: { caller } }
    if (request.method !== 'POST') return handler.fetch(request, { authInfo })
    const { url, method, headers, signal } = request
    const body = await callers.readBody(request, MAX_BODY_BYTES)
    return handler.fetch(new Request(url, { method, headers, signal, body }), { authInfo })
  }

  return {
    fetch: async (request, context = {}) => {
      try {
        return await answer(request, context)
      } catch (error) {
        const problem = callers.toProblem(error)
        if (problem.status === 401 && resourceMetadataUrl !== undefined) {
          problem.headers.set('www-authenticate', `Bearer resource_metadata="${resourceMetadataUrl}"`)
        }
        return problem
      }
    },
    close: () => handler.close(),
  }
}
