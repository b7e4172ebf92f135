import type { SocketTicket } from '../api/types.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { checkOptions } from '../options/check-options.ts'
import { aFunction, type OptionCheck, optional, optionFault } from '../options/option-checks.ts'
import { createChangeStream } from './change-stream.ts'
import { connectionMethods, triggerMethods, webhookMethods } from './connection-methods.ts'
import { dataTableMethods, fileMethods, keyValueMethods } from './data-methods.ts'
import type { RequestOptions, TenonClientOptions, WebSocketConstructor } from './options.ts'
import { path, sendingOf, startOf } from './request-parts.ts'
import { approvalMethods, eventMethods, parkedMethods, runMethods } from './run-methods.ts'
import { followRun } from './run-stream.ts'
import type { RunsClient } from './runs-client.ts'
import { startLater } from './start-later.ts'
import { createRequester, createTransport, withoutTrailingSlash } from './transport.ts'
import type { TenonClient } from './types.ts'
import { draftMethods, rolloutMethods, versionMethods, workflowMethods } from './workflow-methods.ts'

const baseUrlCheck: OptionCheck = (value, field) =>
  typeof value === 'string' && /^(https?:\/\/|\/)/.test(value)
    ? []
    : optionFault(
        field,
        `${field} must be the public URL of the server with its base path, such as "https://app.example/automation"`,
      )

/**
 * Creates a client of a Tenon server for browsers and Node: typed requests, typed errors, run streams that resume after
 * a lost connection. It holds no state but open streams and sends nothing until a method is called.
 *
 * @param options - `baseUrl` with the base path; `getToken` is asked before each request.
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown, missing or faulty option.
 *
 * @example
 * ```ts
 * const client = createTenonClient({ baseUrl: 'https://app.example/automation', getToken: () => session.token })
 * const { runId } = await client.runs.start('support', { input: { text: 'hello' } })
 * const stop = client.runs.stream(runId, { onEvents: (frames) => console.log(frames.length) })
 * ```
 */
export function createTenonClient(options: TenonClientOptions): TenonClient {
  checkOptions('createTenonClient', options, {
    baseUrl: baseUrlCheck,
    getToken: optional(aFunction('getToken must be a function that returns the token: getToken: () => token')),
    fetch: optional(aFunction('fetch must be a function such as globalThis.fetch')),
    WebSocket: optional(aFunction('WebSocket must be a class such as globalThis.WebSocket')),
  })
  const open = createRequester(options)
  const send = createTransport(open)
  const socketBase = withoutTrailingSlash(options.baseUrl).replace(/^http/, 'ws')
  const ticket = (request?: RequestOptions) =>
    send<SocketTicket>({ method: 'POST', path: '/socket-tickets', ...sendingOf(request) })
  const stream: RunsClient['stream'] = (runId, listeners) =>
    followRun(
      {
        url: `${socketBase}${path`/runs/${runId}/logs`}`,
        WebSocket: options.WebSocket ?? platformWebSocket(),
        getTicket: async (abortSignal) => (await ticket({ abortSignal })).ticket,
        openEvents: (query, abortSignal) =>
          open({ method: 'GET', path: path`/runs/${runId}/events`, query, abortSignal }),
      },
      listeners,
    )

  return {
    me: (request) => send({ method: 'GET', path: '/me', ...sendingOf(request) }),
    nodeManifest: (request) => send({ method: 'GET', path: '/nodes', ...sendingOf(request) }),
    workflows: workflowMethods(send),
    tenant: {
      get: (request) => send({ method: 'GET', path: '/tenant', ...sendingOf(request) }),
      pause: (request) => send({ method: 'POST', path: '/tenant/pause', ...sendingOf(request) }),
      resume: (request) => send({ method: 'POST', path: '/tenant/resume', ...sendingOf(request) }),
      usage: (request) => send({ method: 'GET', path: '/usage', ...sendingOf(request) }),
    },
    drafts: draftMethods(send),
    versions: versionMethods(send),
    rollouts: rolloutMethods(send),
    runs: {
      ...runMethods(send),
      stream,
      startAndStream: (workflowId, body, { idempotencyKey = crypto.randomUUID(), ...listeners }) => {
        const { headers, ...request } = startOf(path`/workflows/${workflowId}/runs`, body, { idempotencyKey })
        const openStart = (abortSignal: AbortSignal) =>
          open({ ...request, headers: { ...headers, accept: 'text/event-stream' }, abortSignal })
        return startLater(() => import('./start-stream.ts'), { open: openStart, follow: stream }, listeners)
      },
    },
    approvals: approvalMethods(send),
    parked: parkedMethods(send),
    events: eventMethods(send),
    connections: connectionMethods(send),
    triggers: triggerMethods(send),
    files: fileMethods(open, send, options),
    webhooks: webhookMethods(send),
    dataTables: dataTableMethods(open, send),
    keyValues: keyValueMethods(send),
    members: {
      list: ({ query, userIds } = {}, request) =>
        send({
          method: 'GET',
          path: '/members',
          // Ids are data of the host and may contain commas.
          query: { query, userIds: userIds?.map(encodeURIComponent).join(',') },
          ...sendingOf(request),
        }),
    },
    changes: createChangeStream({
      socketUrl: `${socketBase}/changes`,
      WebSocket: options.WebSocket ?? globalThis.WebSocket ?? null,
      getTicket: async (abortSignal) => (await ticket({ abortSignal })).ticket,
      openEvents: (abortSignal) => open({ method: 'GET', path: '/changes/events', abortSignal }),
    }),
    sockets: { ticket, collabUrl: `${socketBase}/workflows` },
  }
}

function platformWebSocket(): WebSocketConstructor {
  if (typeof globalThis.WebSocket === 'function') return globalThis.WebSocket
  throw new TenonError('UNAVAILABLE', 'This platform has no WebSocket', {
    retryable: false,
    remedy: 'Pass the constructor of the ws package as WebSocket to createTenonClient.',
  })
}
