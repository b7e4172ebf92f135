import { checkAutomation } from '../check-automation.ts'
import { answerNodeRequest } from '../node/answer-node-request.ts'
import type { NodeRequest, NodeResponse } from '../node/node-types.ts'
import type { WorkflowServer } from '../workflow-server-interface.ts'

/** A request of Fastify, by structure. */
export interface FastifyRequestLike {
  /** Request of `node:http` beneath that of Fastify. */
  readonly raw: NodeRequest
}

/** A reply of Fastify, by structure. */
export interface FastifyReplyLike {
  /** Response of `node:http` beneath that of Fastify. */
  readonly raw: NodeResponse
  /** Marks the response as sent by other code. */
  hijack(): unknown
  /** Returns the headers that hooks of the host have set. */
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>
}

/** An instance of Fastify 4 or 5, by structure. */
export interface FastifyLike {
  /** Removes the parsers that would read the body. */
  removeAllContentTypeParsers(): unknown
  /** Adds a parser for a content type; `*` matches every type. */
  addContentTypeParser(
    contentType: string,
    parser: (request: FastifyRequestLike, payload: unknown, done: (error: Error | null) => void) => void,
  ): unknown
  /** Registers a handler for every method of a path. */
  all(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void): unknown
}

/** A plugin of Fastify; register it under the base path: `{ prefix: '/automation' }`. */
export type FastifyPlugin = (fastify: FastifyLike, options: unknown, done: (error?: Error) => void) => void

/**
 * Mounts the automation server in a Fastify app. Bodies below its prefix go unparsed to the automation server; hooks
 * of the host run before it, so that `authenticate` receives Fastify's `request` as `context.req` with its session, and
 * headers that they have set on the reply are sent.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an `automation` that is no workflow server.
 *
 * @example
 * ```ts
 * await app.register(toFastify(automation), { prefix: '/automation' }) // the basePath of the server
 * attachWebSockets(app.server, automation)
 * ```
 */
export function toFastify(automation: Pick<WorkflowServer, 'fetch'>): FastifyPlugin {
  checkAutomation('toFastify', automation, ['fetch'])
  return function workflowServer(fastify, _options, done) {
    fastify.removeAllContentTypeParsers()
    fastify.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
    fastify.all('/*', (request, reply) => {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, typeof value === 'number' ? String(value) : value)
      }
      void answerNodeRequest(automation, { incoming: request.raw, outgoing: reply.raw, context: { req: request } })
    })
    done()
  }
}
