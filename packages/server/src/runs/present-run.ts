import type { Run, RunSummary, StartedRun } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import { maskCredentials } from '@tenon/core/mask'
import type { StartedRunRow, StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { workflowNames } from '../tables/workflow-repository.ts'
import { healthOfRun } from './worker-health.ts'

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
  return runs.map((run) =>
    maskCredentials({
      runId: run.runId,
      workflowId: run.workflowId,
      workflowName: names.get(run.workflowId) ?? '',
      version: run.version,
      mode: run.mode,
      status: run.status,
      traceId: run.traceId,
      engine: run.engine,
      queuedAt: toInstant(run.queuedAt),
      startedAt: toInstantOrNull(run.startedAt),
      finishedAt: toInstantOrNull(run.finishedAt),
      outcome: run.outcome,
      error: run.error,
    }),
  )
}

/** One run with its output. */
export async function presentRun(server: ServerContext, run: StoredRun): Promise<Run> {
  const [summary] = await presentRuns(server, run.tenantId, [run])
  const output = run.output === null ? null : await server.reader.loadValue(run.tenantId, run.output)
  return { ...(summary as RunSummary), output: maskCredentials(output), ...(await healthOfRun(server, run)) }
}

/** What a start answers. */
export function presentStartedRun(row: StartedRunRow): StartedRun {
  return { runId: row.runId, status: row.status, startedAt: toInstantOrNull(row.startedAt) }
}
