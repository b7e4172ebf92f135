import { checkAutomation } from '../check-automation.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'

/** A route handler of Next's app router, by structure. */
export type NextHandler = (request: Request) => Promise<Response>

/** The methods that a catch-all route of Next exports. */
export interface NextHandlers {
  /** Handles reads and event streams. */
  readonly GET: NextHandler
  /** Handles reads without a body. */
  readonly HEAD: NextHandler
  /** Handles creations and actions. */
  readonly POST: NextHandler
  /** Handles replacements. */
  readonly PUT: NextHandler
  /** Handles partial changes. */
  readonly PATCH: NextHandler
  /** Handles deletions. */
  readonly DELETE: NextHandler
  /** Handles CORS preflight requests. */
  readonly OPTIONS: NextHandler
}

type Automation = Pick<WorkflowServer, 'fetch'>

/**
 * Mounts the automation server as a catch-all route of Next's app router. `authenticate` receives the `NextRequest` as
 * `context.req`; `cookies()` and `headers()` of `next/headers` work inside it. Next opens no WebSockets in route
 * handlers: the editor then works over HTTP, or a server of your own calls `attachWebSockets`.
 *
 * @param automation - The server, or a function that returns it: called for each request, so that a build that only
 * imports the route opens no database. Keep the server in a variable of your own.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an `automation` that is no workflow server.
 *
 * @example
 * ```ts
 * // app/automation/[...path]/route.ts, with basePath: '/automation'
 * export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNext(() => openAutomation())
 * ```
 */
export function toNext(automation: Automation | (() => Automation | Promise<Automation>)): NextHandlers {
  if (typeof automation !== 'function') checkAutomation('toNext', automation, ['fetch'])
  const handle: NextHandler = async (request) => {
    const server = typeof automation === 'function' ? await automation() : automation
    return server.fetch(request, { req: request })
  }
  return { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle, OPTIONS: handle }
}
