import { path, sendingOf, startOf } from './request-parts.ts'
import type { Transport } from './transport.ts'
import type { TenonClient } from './types.ts'

export function runMethods(send: Transport): Omit<TenonClient['runs'], 'stream' | 'startAndStream'> {
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

export function approvalMethods(send: Transport): TenonClient['approvals'] {
  return {
    list: (query, request) => send({ method: 'GET', path: '/approvals', query, ...sendingOf(request) }),
    decide: (approvalId, body, request) =>
      send({ method: 'POST', path: path`/approvals/${approvalId}/decision`, body, ...sendingOf(request) }),
  }
}

export function parkedMethods(send: Transport): TenonClient['parked'] {
  return {
    list: (query, request) => send({ method: 'GET', path: '/parked', query, ...sendingOf(request) }),
    groups: (query, request) => send({ method: 'GET', path: '/parked-groups', query, ...sendingOf(request) }),
    resolve: (parkedId, body, request) =>
      send({ method: 'POST', path: path`/parked/${parkedId}/resolution`, body, ...sendingOf(request) }),
    resolveGroup: (body, request) =>
      send({ method: 'POST', path: '/parked-groups/resolutions', body, ...sendingOf(request) }),
  }
}

export function eventMethods(send: Transport): TenonClient['events'] {
  return {
    send: (body, request) => send({ method: 'POST', path: '/events', body, ...sendingOf(request) }),
    waits: (query, request) => send({ method: 'GET', path: '/event-waits', query, ...sendingOf(request) }),
    received: (query, request) => send({ method: 'GET', path: '/events', query, ...sendingOf(request) }),
    types: (request) => send({ method: 'GET', path: '/event-types', ...sendingOf(request) }),
    startRequests: (query, request) => send({ method: 'GET', path: '/start-requests', query, ...sendingOf(request) }),
  }
}
