import { checkAutomation } from '../check-automation.ts'
import { answerNodeRequest } from '../node/answer-node-request.ts'
import type { NodeRequest, NodeResponse } from '../node/node-types.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'

/** Middleware of Express 4 and 5, by structure. */
export type ExpressMiddleware = (request: NodeRequest, response: NodeResponse, next: () => void) => void

/**
 * Mounts the automation server in an Express app, before or after `express.json()`. Behind it, messages to webhooks are
 * refused with `REQUEST_BODY_CONSUMED`, unless the parser keeps the bytes in `req.rawBody` (its option `verify`). Answers the API's own paths and
 * calls `next()` for every other one. `authenticate` receives Express' `req` as `context.req`, with its session.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an `automation` that is no workflow server.
 *
 * @example
 * ```ts
 * app.use(toExpress(automation))
 * attachWebSockets(app.listen(3000), automation)
 * ```
 */
export function toExpress(automation: Pick<WorkflowServer, 'fetch' | 'isApiPath'>): ExpressMiddleware {
  checkAutomation('toExpress', automation, ['fetch', 'isApiPath'])
  return function workflowServer(request, response, next) {
    const { originalUrl } = request as NodeRequest & { readonly originalUrl?: string }
    const [pathname = '/'] = (originalUrl ?? request.url ?? '/').split('?')
    if (!automation.isApiPath(pathname)) {
      next()
      return
    }
    void answerNodeRequest(automation, { incoming: request, outgoing: response, context: { req: request } })
  }
}
