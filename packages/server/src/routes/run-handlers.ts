import { ROUTES, type Run, type StartedRun } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import { isRunOver, OUTER_PART } from '@tenon/core/run'
import { startAndStream } from '../answers/start-and-stream.ts'
import { startAndWait } from '../answers/start-and-wait.ts'
import { watchStream } from '../connections/watch-stream.ts'
import { implementRoute, type RouteCall, type RouteImplementation } from '../http/route-handler.ts'
import { deleteRunTree } from '../runs/delete-run-tree.ts'
import { readLedger } from '../runs/ledger.ts'
import { presentRun, presentRuns } from '../runs/present-run.ts'
import { startRerun } from '../runs/rerun-run.ts'
import { startPublishedRun } from '../runs/start-run.ts'
import { readViewPart } from '../runs/view-part.ts'
import { toEventStream } from '../streams/event-source.ts'
import { presentEvent } from '../streams/present-event.ts'
import { runFrames } from '../streams/run-frames.ts'
import { lastEventIdOf, toRunEvent } from '../streams/to-run-event.ts'
import { auditHook } from '../tables/audit-repository.ts'
import { workflowNames } from '../tables/workflow-repository.ts'

export const runHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.startRun, async ({ server, identity, resource, body, query, headers, ...call }) => {
    const idempotencyKey = headers.get('idempotency-key')
    const headersOf = ({ runId }: StartedRun) => ({ location: `${server.apiUrl}/runs/${runId}` })
    const start = () => startPublishedRun(server, { identity, workflow: resource, body, idempotencyKey })
    const { receivedAt, abortSignal } = call
    const request = { identity, receivedAt, abortSignal, headersOf, start }
    const { wait } = query
    if (isStreamAskedFor(headers)) {
      if (wait !== undefined) throw waitOrStream()
      const lastEventId = lastEventIdOf(headers)
      return startAndStream(server, { ...request, lastEventId, idempotencyKey })
    }
    if (wait !== undefined) return startAndWait(server, { ...request, wait })
    const started = await start()
    const isNew = started.deduplicated === undefined && started.merged === undefined
    return { status: isNew ? 201 : 200, json: started, headers: headersOf(started) }
  }),

  implementRoute(ROUTES.rerunRun, async ({ server, identity, resource, body, headers }) => {
    const idempotencyKey = headers.get('idempotency-key')
    const started = await startRerun(server, { identity, run: resource, body, idempotencyKey })
    return { status: 201, json: started, headers: { location: `${server.apiUrl}/runs/${started.runId}` } }
  }),

  implementRoute(ROUTES.listRuns, async ({ server, identity, query }) => {
    const { tenantId } = identity
    const { topLevel, ...filter } = query
    const page = await server.reader.listRuns(tenantId, { ...filter, topLevel: topLevel === 'true' })
    const items = await presentRuns(server, tenantId, page.items)
    return { status: 200, json: { items, nextCursor: page.nextCursor } }
  }),

  implementRoute(ROUTES.getRun, async ({ server, resource }) => ({
    status: 200,
    json: await presentRun(server, resource),
  })),

  implementRoute(ROUTES.deleteRun, async ({ server, identity, resource }) => {
    await deleteRunTree(server, identity, resource)
    return { status: 204 }
  }),

  implementRoute(ROUTES.listWaitingRuns, async ({ server, resource }) => {
    const { tenantId } = resource
    const runs = await server.reader.listWaitingRuns(tenantId, resource)
    const ids = runs.map(({ workflowId }) => workflowId)
    const names = await server.database.withTenant(tenantId, (tx) => workflowNames(tx, tenantId, ids))
    return {
      status: 200,
      json: { items: runs.map((run) => ({ ...run, workflowName: names.get(run.workflowId) ?? '' })) },
    }
  }),

  implementRoute(ROUTES.cancelRun, async (call) => ({ status: 200, json: await requestOfRun('cancel', call) })),

  implementRoute(ROUTES.skipCompensation, async (call) => ({
    status: 200,
    json: await requestOfRun('skipCompensation', call),
  })),

  implementRoute(ROUTES.pauseRun, async (call) => ({ status: 200, json: await requestOfRun('pause', call) })),

  implementRoute(ROUTES.resumeRun, async (call) => ({ status: 200, json: await requestOfRun('resume', call) })),

  implementRoute(ROUTES.getRunLedger, async ({ server, resource, query }) => ({
    status: 200,
    json: await readLedger(server, resource, query.nodeRunId),
  })),

  implementRoute(ROUTES.listNodeRunEvents, async ({ server, resource, params, query }) => {
    const asked = { after: query.after ?? 0, iterations: query.iterations === 'true' }
    const page = await server.reader.readNodeRunEvents(resource, params.nodeRunId, asked)
    return { status: 200, json: { ...page, events: page.events.map(presentEvent) } }
  }),

  implementRoute(ROUTES.getRunViewPart, async ({ server, resource, query }) => ({
    status: 200,
    json: maskCredentials(await readViewPart(server, resource, query.part ?? OUTER_PART)),
  })),

  implementRoute(ROUTES.streamRunEvents, async (call) => {
    const { server, resource, query, headers } = call
    const after = lastEventIdOf(headers) ?? query.after ?? 0
    // A browser's EventSource connects again after every end; this answer alone makes it stop.
    if (isRunOver(resource.status) && after >= resource.nextSeq - 1) return { status: 204 }
    const stream = watchStream(server.connections, ROUTES.streamRunEvents.permission, call)
    const acceptsView = query.view === 'true'
    const frames = runFrames(server, resource, { after, acceptsView, abortSignal: stream.abortSignal })
    return toEventStream(frames, toRunEvent, { log: server.log, leave: stream.leave })
  }),
]

function isStreamAskedFor(headers: Headers): boolean {
  // The first type is the one that is asked for: clients that take anything list a stream among others.
  const [first = '', ...params] = (headers.get('accept') ?? '').toLowerCase().split(',', 1)[0]?.split(';') ?? []
  return first.trim() === 'text/event-stream' && !params.some((param) => /^\s*q=0(\.0*)?\s*$/.test(param))
}

function waitOrStream(): TenonError {
  return new TenonError('REQUEST_INVALID', 'A start either waits or is streamed', {
    remedy: 'Leave out `wait`, or accept application/json.',
  })
}

/** Requests to change a run, with their actions in the audit log. */
const AUDIT_ACTIONS = {
  cancel: 'run.cancel',
  skipCompensation: 'run.skip_compensation',
  pause: 'run.pause',
  resume: 'run.resume',
} as const

/** Stores a request of the caller to change a run, with an audit entry if it changes anything, and returns the run. */
async function requestOfRun(
  request: keyof typeof AUDIT_ACTIONS,
  { server, identity, resource }: Pick<RouteCall<typeof ROUTES.cancelRun>, 'server' | 'identity' | 'resource'>,
): Promise<Run> {
  const { tenantId } = identity
  const { runId } = resource
  const actor = { userId: identity.userId, displayName: identity.displayName }
  const audit = auditHook({ identity, action: AUDIT_ACTIONS[request], resource: runId, at: server.now() })
  if (isRunOver(resource.status)) throw new TenonError('RUN_CLOSED', 'The run has ended')
  const { outcome } = await server.engine[request](tenantId, runId, actor, audit)
  if (outcome === 'closed') {
    const isPause = request === 'pause' || request === 'resume'
    throw new TenonError('RUN_CLOSED', isPause ? 'The run has ended or is ending' : 'The run has ended')
  }
  const run = outcome === 'not_found' ? null : await server.reader.getRun(tenantId, runId)
  if (run === null) throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
  return presentRun(server, run)
}
