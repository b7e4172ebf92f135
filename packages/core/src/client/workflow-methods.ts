import { path, sendingOf } from './request-parts.ts'
import type { RolloutsClient } from './rollouts-client.ts'
import type { Transport } from './transport.ts'
import type { TenonClient } from './types.ts'

export function workflowMethods(send: Transport): TenonClient['workflows'] {
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

export function draftMethods(send: Transport): TenonClient['drafts'] {
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

export function versionMethods(send: Transport): TenonClient['versions'] {
  return {
    publish: (workflowId, body, request) =>
      send({ method: 'POST', path: path`/workflows/${workflowId}/versions`, body: body ?? {}, ...sendingOf(request) }),
    list: (workflowId, query, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/versions`, query, ...sendingOf(request) }),
    get: (workflowId, version, request) =>
      send({ method: 'GET', path: path`/workflows/${workflowId}/versions/${version}`, ...sendingOf(request) }),
  }
}

export function rolloutMethods(send: Transport): RolloutsClient {
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
