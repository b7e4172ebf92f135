import type { Run, RunHealth, RunQueue, RunState, RunSummary, StartedRun } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { ERROR_TABLE, TenonError } from '@tenon/core/errors'
import { maskCredentials } from '@tenon/core/mask'
import type { RunEngine, RunFailure } from '@tenon/core/run'
import type { StartedRunRow, StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { workflowNames } from '../tables/workflow-repository.ts'
import { healthOfRuns } from './worker-health.ts'

/** Runs of one tenant in the form of lists, in the same order. */
export async function presentRuns(
  server: ServerContext,
  tenantId: TenantId,
  runs: readonly StoredRun[],
): Promise<readonly RunSummary[]> {
  const names = await server.database.withTenant(tenantId, (tx) =>
    workflowNames(
      tx,
      tenantId,
      runs.map((run) => run.workflowId),
    ),
  )
  const health = await healthOfRuns(server, tenantId, runs)
  const waiting = runs.filter((run) => run.status === 'queued').map((run) => run.runId)
  const queue = await server.reader.readQueue(tenantId, waiting, server.runLimitsOf(tenantId))
  return runs.map((run) =>
    maskCredentials({
      runId: run.runId,
      workflowId: run.workflowId,
      workflowName: names.get(run.workflowId) ?? '',
      version: run.version,
      movedFrom: run.first?.version ?? null,
      mode: run.mode,
      traceId: run.traceId,
      engine: run.engine,
      queuedAt: toInstant(run.queuedAt),
      startedBy: run.startedBy,
      parent: run.parent === null ? null : { runId: run.parent.runId, nodeRunId: run.parent.nodeRunId },
      rootRunId: run.rootRunId,
      depth: run.depth,
      rerunOf: run.rerunOf,
      handles: run.handles,
      handledBy: run.handledBy,
      ...stateOf(run, {
        health: health.get(run.runId),
        queue: queue.get(run.runId),
        otherEngines: server.engine.kinds.filter((kind) => kind !== run.engine),
      }),
    }),
  )
}

/** One run with its output. */
export async function presentRun(server: ServerContext, run: StoredRun): Promise<Run> {
  const [listed] = await presentRuns(server, run.tenantId, [run])
  if (listed === undefined) throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
  const modelUsage = await server.models.readRun(run)
  const summary = modelUsage.calls === 0 ? listed : { ...listed, modelUsage }
  switch (summary.status) {
    case 'completed': {
      const output = run.output === null ? null : await server.reader.loadValue(run.tenantId, run.output)
      return { ...summary, output: maskCredentials(output) }
    }
    case 'failed':
    case 'canceled':
      return { ...summary, output: null }
    case 'queued':
    case 'running':
    case 'waiting':
    case 'paused':
      return { ...summary, output: null }
  }
}

interface FactsOfOpenRun {
  readonly health: RunHealth | undefined
  readonly queue: RunQueue | undefined
  readonly otherEngines: readonly RunEngine[]
}

/** The state that a row of `runs` says. Every column of it is nullable, so a missing value gets the nearest one. */
function stateOf(run: StoredRun, { health, queue, otherEngines }: FactsOfOpenRun): RunState {
  const { status } = run
  const obstacle = health === undefined ? {} : { health }
  const startedAt = toInstant(run.startedAt ?? run.queuedAt)
  const finishedAt = toInstant(run.finishedAt ?? run.startedAt ?? run.queuedAt)
  switch (status) {
    case 'queued': {
      const position = queue === undefined ? {} : { queue }
      return { status, startedAt: null, finishedAt: null, outcome: null, error: null, ...position, ...obstacle }
    }
    case 'running':
    case 'waiting':
    case 'paused':
      return {
        ...{ status, startedAt, finishedAt: null, outcome: null, error: null, ...obstacle },
        ...(otherEngines.length === 0 ? {} : { otherEngines }),
      }
    case 'completed':
      return { status, startedAt, finishedAt, outcome: run.outcome ?? 'completed', error: null }
    case 'failed':
      return { status, startedAt, finishedAt, outcome: null, error: run.error ?? unknownFailure('INTERNAL') }
    case 'canceled': {
      const error = run.error ?? unknownFailure('RUN_CANCELED')
      return { status, startedAt: toInstantOrNull(run.startedAt), finishedAt, outcome: null, error }
    }
  }
}

/** Makes the failure of a run for which an earlier version stored none. */
function unknownFailure(code: 'INTERNAL' | 'RUN_CANCELED'): RunFailure {
  const message = code === 'INTERNAL' ? 'The run failed for a reason that was not stored' : 'Canceled'
  return { code, message, remedy: ERROR_TABLE[code].remedy }
}

/** Form of a started run on the wire. */
export function presentStartedRun(row: StartedRunRow): StartedRun {
  const { runId, status, startedAt, deduplicated, merged } = row
  return {
    runId,
    status,
    startedAt: toInstantOrNull(startedAt),
    ...(deduplicated === undefined ? {} : { deduplicated }),
    ...(merged === undefined ? {} : { merged }),
  }
}
