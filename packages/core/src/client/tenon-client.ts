import type { RerunRun, StartRun } from '../api/run-types.ts'
import type { SocketTicket } from '../api/types.ts'
import { TenonError } from '../errors/tenon-error.ts'
import { checkOptions } from '../options/check-options.ts'
import { aFunction, type OptionCheck, optional, optionFault } from '../options/option-checks.ts'
import { createChangeStream } from './change-stream.ts'
import type { DataTablesClient, KeyValuesClient } from './data-client.ts'
import type { FilesClient, UploadContent } from './files-client.ts'
import type { RequestOptions, TenonClientOptions, WebSocketConstructor } from './options.ts'
import type { RolloutsClient } from './rollouts-client.ts'
import { followRun } from './run-stream.ts'
import type { RunsClient } from './runs-client.ts'
import { startLater } from './start-later.ts'
import {
  createRequester,
  createTransport,
  type Requester,
  type Transport,
  type TransportRequest,
  withoutTrailingSlash,
} from './transport.ts'
import type { TriggersClient } from './triggers-client.ts'
import type { TenonClient } from './types.ts'
import type { WebhooksClient } from './webhooks-client.ts'

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

function workflowMethods(send: Transport): TenonClient['workflows'] {
  return {
    list: (query, request) => send({ method: 'GET', path: '/workflows', query, ...sendingOf(request) }),
    create: (body, request) => send({ method: 'POST', path: '/workflows', body, ...sendingOf(request) }),
    get: (workflowId, request) => send({ method: 'GET', path: path`/workflows/${workflowId}`, ...sendingOf(request) }),
    update: (workflowId, body, request) =>
      send({ method: 'PATCH', path: path`/workflows/${workflowId}`, body, ...sendingOf(request) }),
    remove: (workflowId, request) =>
      send({ method: 'DELETE', path: path`/workflows/${workflowId}`, ...sendingOf(request) }),
    restore: (workflowId, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/restore`, ...sendingOf(request) }),
    pause: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/pause`, body: body ?? {}, ...sendingOf(request) }),
    resume: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/resume`, body: body ?? {}, ...sendingOf(request) }),
  }
}

function draftMethods(send: Transport): TenonClient['drafts'] {
  return {
    get: (workflowId, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/draft`, ...sendingOf(request) }),
    patch: (workflowId, body, request) =>
      send({ method: 'PATCH', path: path`/workflows/${workflowId}/draft`, body, ...sendingOf(request) }),
    put: (workflowId, body, etag, request) =>
      send({
        method: 'PUT',
        path: path`/workflows/${workflowId}/draft`,
        body,
        headers: { 'if-match': etag },
        ...sendingOf(request),
      }),
    sync: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/draft/sync`, body, ...sendingOf(request) }),
    setSecret: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/secrets`, body, ...sendingOf(request) }),
    checkSubWorkflows: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/sub-workflow-checks`, body, ...sendingOf(request) }),
    try: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/draft/runs`, body, ...sendingOf(request) }),
  }
}

function versionMethods(send: Transport): TenonClient['versions'] {
  return {
    publish: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/versions`, body: body ?? {}, ...sendingOf(request) }),
    list: (workflowId, query, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/versions`, query, ...sendingOf(request) }),
    get: (workflowId, version, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/versions/${version}`, ...sendingOf(request) }),
  }
}

function rolloutMethods(send: Transport): RolloutsClient {
  const pathOf = (workflowId: string, version: string) => path`/workflows/${workflowId}/versions/${version}/rollout`
  const change =
    (change: 'promotion' | 'rollback' | 'stop'): RolloutsClient['promote'] =>
    (workflowId, version, request) =>
      send({ method: 'POST', path: `${pathOf(workflowId, version)}/${change}`, body: {}, ...sendingOf(request) })
  return {
    list: (workflowId, query, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/rollouts`, query, ...sendingOf(request) }),
    start: (workflowId, version, body, request) =>
      send({ method: 'POST', path: pathOf(workflowId, version), body, ...sendingOf(request) }),
    promote: change('promotion'),
    rollBack: change('rollback'),
    stop: change('stop'),
    refusedRuns: (workflowId, version, query, request) =>
      send({ method: 'GET', path: `${pathOf(workflowId, version)}/refused-runs`, query, ...sendingOf(request) }),
  }
}

function runMethods(send: Transport): Omit<TenonClient['runs'], 'stream' | 'startAndStream'> {
  return {
    start: (workflowId, body, request) => send(startOf(path`/workflows/${workflowId}/runs`, body, request)),
    startAndWait: (workflowId, body, { waitMs, ...request }) =>
      send({
        ...startOf(path`/workflows/${workflowId}/runs`, body, request),
        query: { wait: `${waitMs}ms` },
      }),
    rerun: (runId, body, request) => send(startOf(path`/runs/${runId}/reruns`, body, request)),
    get: (runId, request) => send({ method: 'GET', path: path`/runs/${runId}`, ...sendingOf(request) }),
    remove: (runId, request) => send({ method: 'DELETE', path: path`/runs/${runId}`, ...sendingOf(request) }),
    list: (filter, request) => send({ method: 'GET', path: '/runs', query: { ...filter }, ...sendingOf(request) }),
    cancel: (runId, request) => send({ method: 'POST', path: path`/runs/${runId}/cancel`, ...sendingOf(request) }),
    skipCompensation: (runId, request) =>
      send({ method: 'POST', path: path`/runs/${runId}/skip-compensation`, ...sendingOf(request) }),
    pause: (runId, request) => send({ method: 'POST', path: path`/runs/${runId}/pause`, ...sendingOf(request) }),
    resume: (runId, request) => send({ method: 'POST', path: path`/runs/${runId}/resume`, ...sendingOf(request) }),
    checkMigration: (runId, version, request) =>
      send({ method: 'GET', path: path`/runs/${runId}/migration`, query: { version }, ...sendingOf(request) }),
    migrate: (runId, body, request) =>
      send({ method: 'POST', path: path`/runs/${runId}/migration`, body, ...sendingOf(request) }),
    withdrawMigration: (runId, request) =>
      send({ method: 'DELETE', path: path`/runs/${runId}/migration`, ...sendingOf(request) }),
    changeEngine: (runId, body, request) =>
      send({ method: 'POST', path: path`/runs/${runId}/engine`, body, ...sendingOf(request) }),
    changeEngines: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/engine`, body, ...sendingOf(request) }),
    migrateAll: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/migrations`, body, ...sendingOf(request) }),
    waiting: (runId, request) =>
      send({ method: 'GET', path: path`/runs/${runId}/waiting-runs`, ...sendingOf(request) }),
    viewPart: (runId, part, request) =>
      send({ method: 'GET', path: path`/runs/${runId}/view-part`, query: { part }, ...sendingOf(request) }),
    ledger: (runId, { nodeRunId, ...request } = {}) =>
      send({ method: 'GET', path: path`/runs/${runId}/ledger`, query: { nodeRunId }, ...sendingOf(request) }),
    nodeRunEvents: (runId, nodeRunId, { after = 0, iterations = false, ...request } = {}) =>
      send({
        ...{ method: 'GET', path: path`/runs/${runId}/node-runs/${nodeRunId}/events` },
        ...{ query: { after, iterations: iterations || undefined }, ...sendingOf(request) },
      }),
  }
}

function approvalMethods(send: Transport): TenonClient['approvals'] {
  return {
    list: (query, request) => send({ method: 'GET', path: '/approvals', query, ...sendingOf(request) }),
    decide: (approvalId, body, request) =>
      send({ method: 'POST', path: path`/approvals/${approvalId}/decision`, body, ...sendingOf(request) }),
  }
}

function parkedMethods(send: Transport): TenonClient['parked'] {
  return {
    list: (query, request) => send({ method: 'GET', path: '/parked', query, ...sendingOf(request) }),
    groups: (query, request) => send({ method: 'GET', path: '/parked-groups', query, ...sendingOf(request) }),
    resolve: (parkedId, body, request) =>
      send({ method: 'POST', path: path`/parked/${parkedId}/resolution`, body, ...sendingOf(request) }),
    resolveGroup: (body, request) =>
      send({ method: 'POST', path: '/parked-groups/resolutions', body, ...sendingOf(request) }),
  }
}

function eventMethods(send: Transport): TenonClient['events'] {
  return {
    send: (body, request) => send({ method: 'POST', path: '/events', body, ...sendingOf(request) }),
    waits: (query, request) => send({ method: 'GET', path: '/event-waits', query, ...sendingOf(request) }),
    received: (query, request) => send({ method: 'GET', path: '/events', query, ...sendingOf(request) }),
    types: (request) => send({ method: 'GET', path: '/event-types', ...sendingOf(request) }),
    startRequests: (query, request) => send({ method: 'GET', path: '/start-requests', query, ...sendingOf(request) }),
  }
}

function connectionMethods(send: Transport): TenonClient['connections'] {
  return {
    connectors: (request) => send({ method: 'GET', path: '/connectors', ...sendingOf(request) }),
    list: (query, request) => send({ method: 'GET', path: '/connections', query, ...sendingOf(request) }),
    create: (body, request) => send({ method: 'POST', path: '/connections', body, ...sendingOf(request) }),
    get: (id, request) => send({ method: 'GET', path: path`/connections/${id}`, ...sendingOf(request) }),
    update: (id, body, request) =>
      send({ method: 'PATCH', path: path`/connections/${id}`, body, ...sendingOf(request) }),
    remove: (id, request) => send({ method: 'DELETE', path: path`/connections/${id}`, ...sendingOf(request) }),
    authorize: (id, request) =>
      send({ method: 'POST', path: path`/connections/${id}/authorization`, ...sendingOf(request) }),
    finishAuthorization: (id, body, request) =>
      send({ method: 'POST', path: path`/connections/${id}/authorization/code`, body, ...sendingOf(request) }),
    test: (id, request) => send({ method: 'POST', path: path`/connections/${id}/test`, ...sendingOf(request) }),
    lookUp: (id, lookup, query, request) =>
      send({ method: 'GET', path: path`/connections/${id}/lookups/${lookup}`, query, ...sendingOf(request) }),
    uses: (id, request) => send({ method: 'GET', path: path`/connections/${id}/uses`, ...sendingOf(request) }),
  }
}

function webhookMethods(send: Transport): WebhooksClient {
  const all = '/webhook-endpoints'
  const pathOf = (endpointId: string) => path`/webhook-endpoints/${endpointId}`
  const deliveryOf = (endpointId: string, deliveryId: string) =>
    path`/webhook-endpoints/${endpointId}/deliveries/${deliveryId}`
  return {
    list: (query, request) => send({ method: 'GET', path: all, query, ...sendingOf(request) }),
    create: (body, request) => send({ method: 'POST', path: all, body, ...sendingOf(request) }),
    get: (id, request) => send({ method: 'GET', path: pathOf(id), ...sendingOf(request) }),
    update: (id, body, request) => send({ method: 'PATCH', path: pathOf(id), body, ...sendingOf(request) }),
    remove: (id, request) => send({ method: 'DELETE', path: pathOf(id), ...sendingOf(request) }),
    secret: (id, request) => send({ method: 'GET', path: `${pathOf(id)}/secret`, ...sendingOf(request) }),
    rotateSecret: (id, request) => send({ method: 'POST', path: `${pathOf(id)}/secret`, ...sendingOf(request) }),
    test: (id, request) => send({ method: 'POST', path: `${pathOf(id)}/test`, ...sendingOf(request) }),
    deliveries: (id, query, request) =>
      send({ method: 'GET', path: `${pathOf(id)}/deliveries`, query, ...sendingOf(request) }),
    delivery: (id, deliveryId, request) =>
      send({ method: 'GET', path: deliveryOf(id, deliveryId), ...sendingOf(request) }),
    replay: (id, deliveryId, request) =>
      send({ method: 'POST', path: `${deliveryOf(id, deliveryId)}/replay`, ...sendingOf(request) }),
    replayFailed: (id, request) => send({ method: 'POST', path: `${pathOf(id)}/replay`, ...sendingOf(request) }),
  }
}

function triggerMethods(send: Transport): TriggersClient {
  const pathOf = (workflowId: string, nodeId: string) => path`/workflows/${workflowId}/triggers/${nodeId}`
  const change =
    (change: 'pause' | 'resume' | 'test' | 'address'): TriggersClient['pause'] =>
    (workflowId, nodeId, request) =>
      send({ method: 'POST', path: `${pathOf(workflowId, nodeId)}/${change}`, body: {}, ...sendingOf(request) })
  return {
    list: (workflowId, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/triggers`, ...sendingOf(request) }),
    get: (workflowId, nodeId, request) =>
      send({ method: 'GET', path: pathOf(workflowId, nodeId), ...sendingOf(request) }),
    pause: change('pause'),
    resume: change('resume'),
    openTest: change('test'),
    replaceAddress: change('address'),
    events: (workflowId, nodeId, query, request) =>
      send({ method: 'GET', path: `${pathOf(workflowId, nodeId)}/events`, query, ...sendingOf(request) }),
    poll: (workflowId, nodeId, request) =>
      send({ method: 'POST', path: `${pathOf(workflowId, nodeId)}/poll`, body: {}, ...sendingOf(request) }),
    backfill: (workflowId, nodeId, body, request) =>
      send({ method: 'POST', path: `${pathOf(workflowId, nodeId)}/backfill`, body, ...sendingOf(request) }),
    preview: (body, request) => send({ method: 'POST', path: '/schedules/preview', body, ...sendingOf(request) }),
  }
}

function fileMethods(open: Requester, send: Transport, options: TenonClientOptions): FilesClient {
  const contentOf = (fileId: string) => path`/files/${fileId}/content`
  return {
    upload: async (content, { name, type = typeOf(content) }, { onProgress, ...request } = {}) => {
      const upload = { method: 'POST', path: '/files', query: { name, type }, content, ...sendingOf(request) } as const
      if (onProgress === undefined || content instanceof ReadableStream || options.fetch !== undefined)
        return send(upload)
      // Only this interface of browsers reports progress; most callers need none.
      const { progressFetch } = await import('./progress-fetch.ts')
      return createTransport(createRequester({ ...options, fetch: progressFetch(onProgress) }))(upload)
    },
    get: (fileId, request) => send({ method: 'GET', path: path`/files/${fileId}`, ...sendingOf(request) }),
    download: (fileId, { start, end } = {}, request) =>
      open({
        method: 'GET',
        path: contentOf(fileId),
        ...(start === undefined && end === undefined
          ? {}
          : { headers: { range: `bytes=${start ?? 0}-${end === undefined ? '' : end - 1}` } }),
        ...sendingOf(request),
      }),
    link: (fileId, body, request) =>
      send({ method: 'POST', path: path`/files/${fileId}/link`, body: body ?? {}, ...sendingOf(request) }),
    remove: (fileId, request) => send({ method: 'DELETE', path: path`/files/${fileId}`, ...sendingOf(request) }),
  }
}

function dataTableMethods(open: Requester, send: Transport): DataTablesClient {
  const at = (tableId: string) => path`/data-tables/${tableId}`
  return {
    list: (query, request) => send({ method: 'GET', path: '/data-tables', query, ...sendingOf(request) }),
    create: (body, request) => send({ method: 'POST', path: '/data-tables', body, ...sendingOf(request) }),
    get: (id, request) => send({ method: 'GET', path: at(id), ...sendingOf(request) }),
    update: (id, body, request) => send({ method: 'PATCH', path: at(id), body, ...sendingOf(request) }),
    remove: (id, request) => send({ method: 'DELETE', path: at(id), ...sendingOf(request) }),
    rows: (id, query, request) =>
      send({ method: 'POST', path: `${at(id)}/query`, body: query ?? {}, ...sendingOf(request) }),
    addRow: (id, values, request) =>
      send({ method: 'POST', path: `${at(id)}/rows`, body: { values }, ...sendingOf(request) }),
    updateRow: (id, rowId, body, request) =>
      send({ method: 'PATCH', path: `${at(id)}/rows/${rowId}`, body, ...sendingOf(request) }),
    removeRow: (id, rowId, request) =>
      send({ method: 'DELETE', path: `${at(id)}/rows/${rowId}`, ...sendingOf(request) }),
    exportCsv: (id, request) => open({ method: 'GET', path: `${at(id)}/export`, ...sendingOf(request) }),
  }
}

function keyValueMethods(send: Transport): KeyValuesClient {
  return {
    list: (query, request) => send({ method: 'GET', path: '/key-values', query, ...sendingOf(request) }),
    set: (key, value, request) =>
      send({ method: 'PUT', path: '/key-values', body: { key, value }, ...sendingOf(request) }),
    remove: (key, request) => send({ method: 'DELETE', path: '/key-values', query: { key }, ...sendingOf(request) }),
  }
}

function typeOf(content: UploadContent): string | undefined {
  return content instanceof Blob && content.type !== '' ? content.type.replace(/;.*/, '').trim() : undefined
}

/** Makes the request that starts a run; the same key and body start one run. */
function startOf(
  path: string,
  body: StartRun | RerunRun,
  request: (RequestOptions & { idempotencyKey?: string }) | undefined,
): TransportRequest {
  const key = request?.idempotencyKey
  const headers = key === undefined ? {} : { headers: { 'idempotency-key': key } }
  return { method: 'POST', path, body, ...headers, ...sendingOf(request) }
}

/** Builds a path with every id percent-encoded, since ids are data. */
function path(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return String.raw({ raw: parts }, ...ids.map(encodeURIComponent))
}

function sendingOf(request: RequestOptions | undefined): Pick<TransportRequest, 'abortSignal' | 'keepalive'> {
  return {
    ...(request?.abortSignal === undefined ? {} : { abortSignal: request.abortSignal }),
    ...(request?.keepalive === undefined ? {} : { keepalive: request.keepalive }),
  }
}

function platformWebSocket(): WebSocketConstructor {
  if (typeof globalThis.WebSocket === 'function') return globalThis.WebSocket
  throw new TenonError('UNAVAILABLE', 'This platform has no WebSocket', {
    retryable: false,
    remedy: 'Pass the constructor of the ws package as WebSocket to createTenonClient.',
  })
}
