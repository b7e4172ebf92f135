import type { CommitResult } from '../commit/commit-types.ts'
import type { StartedRunRow } from '../engine.ts'
import type { RunReader } from '../run-store.ts'
import type { RunRef } from '../store/run-ref.ts'

/** Returns the result of a start: the new run, or the existing one with the same id. */
export async function startedRun(
  reader: Pick<RunReader, 'getRun'>,
  { tenantId, runId }: RunRef,
  result: CommitResult,
): Promise<StartedRunRow> {
  if (result.outcome === 'committed') return { runId, status: result.status, startedAt: result.events[0]?.at ?? null }
  const known = await reader.getRun(tenantId, runId)
  return { runId, status: known?.status ?? 'queued', startedAt: known?.startedAt ?? null }
}
