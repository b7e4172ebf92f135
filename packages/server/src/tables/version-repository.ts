import type { TenantId, WorkflowId } from '@tenon/core/document'
import type { PinnedWorkflow } from '@tenon/runtime/interpreter'
import { sql } from 'kysely'
import type { ServerTx, VersionRow } from './server-tables.ts'

/** A version without its document, plan, lockfile, triggers and tool, for lists. */
export type VersionSummaryRow = Omit<VersionRow, 'document' | 'plan' | 'lockfile' | 'triggers' | 'tool_name' | 'tool'>

const SUMMARY = [
  'tenant_id',
  'workflow_id',
  'version',
  'number',
  'notes',
  'content_hash',
  'behavior_hash',
  'published_at',
  'publisher_id',
  'publisher_name',
] as const

export async function insertVersion(tx: ServerTx, row: VersionRow): Promise<void> {
  await tx.insertInto('versions').values(row).execute()
}

/** The same for a version that is named by its content, which may be there already: then it is no longer marked as unused. */
export async function insertSharedVersion(tx: ServerTx, row: VersionRow): Promise<void> {
  await tx
    .insertInto('versions')
    .values(row)
    // Also locks one that a sweep is about to delete, or waits until it is deleted and inserts it.
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'workflow_id', 'version']).doUpdateSet({ unused_at: null }),
    )
    .execute()
}

/** Returns those of some plans that versions have, or the workflows that they pin. */
export async function plansOfVersions(
  tx: ServerTx,
  tenantId: TenantId,
  planHashes: readonly string[],
): Promise<readonly string[]> {
  const asked = sql<readonly string[]>`${planHashes}::text[]`
  const rows = await tx
    .selectFrom('versions')
    .select('plans')
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`plans && ${asked}`)
    .execute()
  return rows.flatMap((row) => row.plans)
}

export async function findVersion(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  version: string,
): Promise<VersionRow | null> {
  const row = await versionIn(tx, tenantId, workflowId, version).selectAll().executeTakeFirst()
  return row ?? null
}

/** The part of a version that a run needs. */
export type VersionToRun = Pick<VersionRow, 'workflow_id' | 'version' | 'number' | 'plan'>

/** Finds a version without its document and its lockfile, which a start does not read. */
export async function findVersionToRun(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  version: string,
): Promise<VersionToRun | null> {
  const query = versionIn(tx, tenantId, workflowId, version)
  const row = await query.select(['workflow_id', 'version', 'number', 'plan']).executeTakeFirst()
  return row ?? null
}

/** Share of new runs for which a canary counts, in hundredths of a percent. */
export const BUCKETS = 10_000

/**
 * Finds the version with which a new run starts, and reads it, in one statement: the latest one, unless that is a canary
 * for another share of the runs, or was rolled back. A canary that was replaced since its number was read counts as rolled
 * back: its runs are no longer judged.
 *
 * @param latest - Number of the latest published version.
 * @param bucket - Share that the run belongs to: an integer from 0 to {@link BUCKETS} - 1.
 * @see docs/adr/0054-a-version-is-rolled-out-by-a-row.md
 */
export async function findVersionToStart(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  { latest, bucket }: { readonly latest: string; readonly bucket: number },
): Promise<VersionToRun | null> {
  const former = tx
    .selectFrom('version_rollouts')
    .select('former_version')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', latest)
    .where((eb) =>
      eb.or([
        eb('status', 'in', ['rolled_back', 'replaced']),
        eb.and([eb('status', '=', 'canary'), sql<boolean>`percent * 100 <= ${bucket}::integer`]),
      ]),
    )
  const row = await tx
    .selectFrom('versions')
    .select(['workflow_id', 'version', 'number', 'plan'])
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', (eb) => eb.fn.coalesce(former, sql<string>`${latest}::text`))
    .executeTakeFirst()
  return row ?? null
}

/** States of the rollout of the latest version in which its former version is the one that others refer to. */
export const HELD_BACK = ['canary', 'rolled_back', 'replaced'] as const

/**
 * Returns the version with which new runs start, apart from a canary: what others refer to by the name of the workflow.
 *
 * @param latest - Number of the latest published version; `null` without one.
 */
export async function findStableVersion(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  latest: number | null,
): Promise<string | null> {
  if (latest === null) return null
  const row = await tx
    .selectFrom('version_rollouts')
    .select('former_version')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', String(latest))
    .where('status', 'in', HELD_BACK)
    .executeTakeFirst()
  return row?.former_version ?? String(latest)
}

/** Returns the versions with which new runs start, apart from canaries; workflows without a version are left out. */
export async function findStableVersions(
  tx: ServerTx,
  tenantId: TenantId,
  workflows: readonly { readonly workflow_id: WorkflowId; readonly latest_version: number | null }[],
): Promise<ReadonlyMap<WorkflowId, string>> {
  const latest = new Map(
    workflows.flatMap(({ workflow_id: id, latest_version: number }) => (number === null ? [] : [[id, String(number)]])),
  )
  if (latest.size === 0) return latest
  const rows = await tx
    .selectFrom('version_rollouts')
    .select(['workflow_id', 'former_version'])
    .where('tenant_id', '=', tenantId)
    .where('status', 'in', HELD_BACK)
    .where(
      sql<boolean>`(workflow_id, version) in (select * from unnest(${[...latest.keys()]}::text[], ${[...latest.values()]}::text[]))`,
    )
    .execute()
  for (const { workflow_id: id, former_version: former } of rows) if (former !== null) latest.set(id, former)
  return latest
}

/** Reads the lockfiles of versions of several workflows. */
export async function readLockfiles(
  tx: ServerTx,
  tenantId: TenantId,
  versions: readonly { readonly workflowId: WorkflowId; readonly version: string }[],
): Promise<readonly Pick<VersionRow, 'workflow_id' | 'version' | 'lockfile'>[]> {
  return (
    tx
      .selectFrom('versions')
      .select(['workflow_id', 'version', 'lockfile'])
      .where('tenant_id', '=', tenantId)
      // Two parameters, whatever their number: a query has at most 65,535.
      .where(
        sql<boolean>`(workflow_id, version) in (select * from unnest(${versions.map(({ workflowId }) => workflowId)}::text[], ${versions.map(({ version }) => version)}::text[]))`,
      )
      .execute()
  )
}

/** Copies the plans of published versions to those of the runtime, unless these contain them already. */
export async function insertPlans(
  tx: ServerTx,
  tenantId: TenantId,
  workflows: Readonly<Record<string, PinnedWorkflow>>,
): Promise<void> {
  // In the order of their hashes, like appends.
  const pinned = Object.entries(workflows).sort(([, a], [, b]) => (a.planHash < b.planHash ? -1 : 1))
  for (const [workflowId, { version, planHash }] of pinned) {
    await tx
      .insertInto('plans')
      .columns(['tenant_id', 'plan_hash', 'data'])
      .expression(
        versionIn(tx, tenantId, workflowId, version).select(['tenant_id', sql<string>`${planHash}`.as('hash'), 'plan']),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

/** Selects the row of one version; the caller adds the columns. */
function versionIn(tx: ServerTx, tenantId: TenantId, workflowId: WorkflowId, version: string) {
  return tx
    .selectFrom('versions')
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('version', '=', version)
}

/** Published versions, newest first, below a number; one more than the limit, if there is one. */
export async function listVersionRows(
  tx: ServerTx,
  tenantId: TenantId,
  workflowId: WorkflowId,
  page: { readonly below: number | null; readonly limit: number },
): Promise<VersionSummaryRow[]> {
  return tx
    .selectFrom('versions')
    .select(SUMMARY)
    .where('tenant_id', '=', tenantId)
    .where('workflow_id', '=', workflowId)
    .where('number', page.below === null ? 'is not' : '<', page.below)
    .orderBy('number', 'desc')
    .limit(page.limit + 1)
    .execute()
}
