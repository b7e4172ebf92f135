import { path, sendingOf } from './request-parts.ts'
import type { Transport } from './transport.ts'
import type { TriggersClient } from './triggers-client.ts'
import type { TenonClient } from './types.ts'
import type { WebhooksClient } from './webhooks-client.ts'

export function connectionMethods(send: Transport): TenonClient['connections'] {
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

export function triggerMethods(send: Transport): TriggersClient {
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

export function webhookMethods(send: Transport): WebhooksClient {
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
