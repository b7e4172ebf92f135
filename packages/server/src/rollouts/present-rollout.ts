import type { Rollout } from '@tenon/core/api'
import type { ServerContext } from '../context.ts'
import { toInstant } from '../http/instant.ts'
import { type CanaryRuns, countCanaryRuns, countRolloutRuns, countRunsLeft } from '../tables/rollout-runs-repository.ts'
import type { VersionRolloutRow } from '../tables/rollout-tables.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { ROLLOUT_INTERVALS } from './rollout-intervals.ts'

/** Most reasons of one response. */
const MAX_REASONS = 20

/** Returns rollouts as they are on the wire, with the runs counted as of now. */
export function presentRollouts(
  { database }: Pick<ServerContext, 'database'>,
  rows: readonly VersionRolloutRow[],
): Promise<readonly Rollout[]> {
  const [first] = rows
  if (first === undefined) return Promise.resolve([])
  return database.withTenant(first.tenant_id, async (tx) => {
    const rollouts: Rollout[] = []
    for (const row of rows) rollouts.push(await present(tx, row))
    return rollouts
  })
}

async function present(tx: ServerTx, row: VersionRolloutRow): Promise<Rollout> {
  const { tenant_id: tenantId, workflow_id: workflowId, version, percent } = row
  const ref = { tenantId, workflowId, version }
  const runs = row.since === null ? [] : await countRolloutRuns(tx, ref)
  const refused = runs.filter(({ state }) => state === 'refused')
  const left =
    row.since === null || row.status !== 'in_progress'
      ? 0
      : await countRunsLeft(tx, ref, { since: row.since, graceMs: ROLLOUT_INTERVALS.graceMs })
  return {
    ...{ workflowId, version, formerVersion: row.former_version, status: row.status, runs: row.runs },
    canary:
      percent === null
        ? null
        : {
            percent,
            maxFailurePercent: row.max_failure_percent,
            minRuns: row.min_runs,
            promoteAfter: row.promote_after,
            ...(await canaryRunsOf(tx, row)),
          },
    progress:
      row.since === null
        ? null
        : {
            ...{ moved: row.moved, canceled: row.canceled, ended: row.ended, left },
            pending: sumOf(runs.filter(({ state }) => state === 'pending')),
            refused: sumOf(refused),
          },
    refusals: refused
      .slice(0, MAX_REASONS)
      .map((reason) => ({ code: reason.code ?? '', message: reason.message ?? '', runs: reason.runs })),
    startedAt: toInstant(row.started_at),
    startedBy: { userId: row.starter_id, displayName: row.starter_name },
    endedAt: row.ended_at === null ? null : toInstant(row.ended_at),
    endedBy: row.ender_id === null ? null : { userId: row.ender_id, displayName: row.ender_name ?? '' },
  }
}

/** Returns the runs of a canary as last counted; a version before this one did not store them. */
async function canaryRunsOf(tx: ServerTx, row: VersionRolloutRow): Promise<CanaryRuns> {
  const { canary_started: started, canary_completed: completed, canary_failed: failed } = row
  if (started === null || completed === null || failed === null) return countCanaryRuns(tx, row)
  return { started, completed, failed }
}

function sumOf(groups: readonly { readonly runs: number }[]): number {
  return groups.reduce((sum, { runs }) => sum + runs, 0)
}
