import { checkAutomation } from '../check-automation.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'
import { answerNodeRequest } from './answer-node-request.ts'
import type { NodeRequest, NodeResponse } from './node-types.ts'

/** Takes a request of `node:http`, or of any framework whose requests and responses are those of `node:http`. */
export type NodeHandler = (request: NodeRequest, response: NodeResponse) => Promise<void>

/**
 * Mounts the automation server on a Node host. Works with a body that the host has parsed already; `authenticate`
 * receives the request as `context.req`. The promise never rejects, and every request is answered.
 *
 * Express and Fastify have adapters of their own: `@tenon/server/express`, `@tenon/server/fastify`.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an `automation` that is no workflow server.
 *
 * @example
 * ```ts
 * createServer(toNodeHandler(automation)).listen(3000)
 * ```
 */
export function toNodeHandler(automation: Pick<WorkflowServer, 'fetch'>): NodeHandler {
  checkAutomation('toNodeHandler', automation, ['fetch'])
  return (incoming, outgoing) => answerNodeRequest(automation, { incoming, outgoing, context: { req: incoming } })
}
