import type { Workflow } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { RunStatus } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'
import { draftBehaviorHashes } from '../drafts/read-draft-state.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { lastRuns } from '../tables/last-runs.ts'
import { readNextTimes } from '../tables/schedule-repository.ts'
import type { WorkflowRow } from '../tables/server-tables.ts'
import { countPausedTriggers } from '../tables/trigger-repository.ts'
import { findStableVersions } from '../tables/version-repository.ts'
import { presentPause } from './present-pause.ts'

/** Rows of one tenant in the form of the wire, in the same order. */
export async function presentWorkflows(
  server: ServerContext,
  tenantId: TenantId,
  rows: readonly WorkflowRow[],
): Promise<readonly Workflow[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.workflow_id)
  const hashes = await draftBehaviorHashes(server.database, tenantId, ids)
  const { runs, live, next, paused } = await server.database.withTenant(tenantId, async (tx) => ({
    runs: await lastRuns(tx, tenantId, ids),
    live: await findStableVersions(tx, tenantId, rows),
    next: await readNextTimes(tx, tenantId, ids),
    paused: await countPausedTriggers(tx, tenantId, ids),
  }))
  const pauses = await server.reader.readPauses(tenantId, ids)
  return rows.map((row) => {
    const pause = pauses.get(row.workflow_id)
    const lastRun = runs.get(row.workflow_id)
    return {
      id: row.workflow_id,
      name: row.name,
      description: row.description,
      version: row.latest_version === null ? null : String(row.latest_version),
      liveVersion: live.get(row.workflow_id) ?? null,
      hasUnpublishedChanges: hashes.get(row.workflow_id) !== row.latest_behavior_hash,
      createdAt: toInstant(row.created_at),
      updatedAt: toInstant(row.updated_at),
      deletedAt: toInstantOrNull(row.deleted_at),
      pause: pause === undefined ? null : presentPause(pause),
      nextRunAt: toInstantOrNull(next.get(row.workflow_id) ?? null),
      pausedTriggers: paused.get(row.workflow_id) ?? 0,
      lastRun:
        lastRun === undefined
          ? null
          : { runId: lastRun.run_id, status: lastRun.status as RunStatus, queuedAt: toInstant(lastRun.queued_at) },
    }
  })
}

export async function presentWorkflow(server: ServerContext, row: WorkflowRow): Promise<Workflow> {
  const [workflow] = await presentWorkflows(server, row.tenant_id, [row])
  return workflow as Workflow
}
