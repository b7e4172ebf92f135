import type { TenantId } from '@tenon/core/document'
import { databaseNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ServerDatabase, ServerTx } from '../tables/server-tables.ts'

/** Versions that one transaction reads, marks or deletes. */
const PAGE = 500
/** Time for which a version is marked before it is deleted, in milliseconds: longer than any request that starts a run of it. */
const GRACE_MS = 86_400_000

/** A version of a test, by its key. */
interface VersionKey {
  readonly workflow_id: string
  readonly version: string
}

/**
 * Marks versions of tests that no run has, and deletes those that were marked a day ago and still have none. A test that
 * stores a version again removes its mark. Published versions stay.
 *
 * @param isStopped - Checked between transactions.
 */
export async function sweepTestVersions(
  database: ServerDatabase,
  tenantId: TenantId,
  isStopped: () => boolean,
): Promise<void> {
  for (let after: VersionKey = { workflow_id: '', version: '' }; ; ) {
    if (isStopped()) return
    const page = await database.withTenant(tenantId, (tx) => versionsOfTests(tx, tenantId, after))
    const last = page.at(-1)
    if (last === undefined) return
    await database.withTenant(tenantId, (tx) => markAndDelete(tx, tenantId, page))
    after = last
  }
}

function versionsOfTests(tx: ServerTx, tenantId: TenantId, after: VersionKey): Promise<readonly VersionKey[]> {
  return tx
    .selectFrom('versions')
    .select(['workflow_id', 'version'])
    .where('tenant_id', '=', tenantId)
    .where('number', 'is', null)
    .where(sql<boolean>`(workflow_id, version) > (${after.workflow_id}, ${after.version})`)
    .orderBy('workflow_id')
    .orderBy('version')
    .limit(sql.lit(PAGE))
    .execute()
}

async function markAndDelete(tx: ServerTx, tenantId: TenantId, page: readonly VersionKey[]): Promise<void> {
  const among = (keys: readonly VersionKey[]) =>
    sql<boolean>`(workflow_id, version) in (
      select * from unnest(${keys.map((row) => row.workflow_id)}::text[], ${keys.map((row) => row.version)}::text[]))`
  const locked = await tx
    .selectFrom('versions')
    .select(['workflow_id', 'version', 'unused_at'])
    .select(sql<boolean>`unused_at <= ${databaseNow} - ${sql.lit(GRACE_MS)}`.as('isDue'))
    .where('tenant_id', '=', tenantId)
    .where(among(page))
    .orderBy('workflow_id')
    .orderBy('version')
    // A locked one is being stored again.
    .forUpdate()
    .skipLocked()
    .execute()
  // After the locks: a test that has stored its version before has committed its run, or removes the mark.
  const used = await versionsOfRuns(tx, tenantId, page)
  const [kept, unused] = [locked.filter((row) => used.has(keyOf(row))), locked.filter((row) => !used.has(keyOf(row)))]
  const mark = (keys: readonly VersionKey[], unusedAt: typeof databaseNow | null) =>
    tx
      .updateTable('versions')
      .set({ unused_at: unusedAt })
      .where('tenant_id', '=', tenantId)
      .where(among(keys))
      .execute()
  await mark(
    kept.filter((row) => row.unused_at !== null),
    null,
  )
  await mark(
    unused.filter((row) => row.unused_at === null),
    databaseNow,
  )
  await tx
    .deleteFrom('versions')
    .where('tenant_id', '=', tenantId)
    .where(among(unused.filter((row) => row.isDue)))
    .execute()
}

async function versionsOfRuns(
  tx: ServerTx,
  tenantId: TenantId,
  page: readonly VersionKey[],
): Promise<ReadonlySet<string>> {
  const asked = sql`any (${page.map((row) => row.version)}::text[])`
  const rows = await tx
    .selectFrom('runs')
    .select(['workflow_id', 'version', 'first_version'])
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`(version = ${asked} or first_version = ${asked})`)
    .execute()
  return new Set(rows.flatMap(({ first_version: first, ...row }) => [row, { ...row, version: first ?? '' }]).map(keyOf))
}

const keyOf = ({ workflow_id: workflowId, version }: VersionKey): string => JSON.stringify([workflowId, version])
