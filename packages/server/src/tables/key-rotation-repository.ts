import type { TenantId } from '@tenon/core/document'
import { databaseNow, statementNow } from '@tenon/runtime/postgres'
import { sql } from 'kysely'
import type { ConnectionRow, SecretRow, TenantKeyRow } from './secret-tables.ts'
import type { ServerTx } from './server-tables.ts'

/** A rotation that a process works on. */
export interface ClaimedRotation {
  readonly tenantId: TenantId
  /** Number of the rotation, from 1. */
  readonly rotation: number
  /** Number of the last request before it was claimed. */
  readonly request: number
  /** True if all data keys were encrypted since that request, under the key that the provider uses now. */
  readonly isWrapped: boolean
}

/** Numbers of all tenants together. */
export interface RotationCounts {
  readonly tenants: number
  readonly inProgress: number
  readonly failing: number
  readonly resealed: number
  readonly unreadable: number
  /** Number of data keys by the key of the provider that has encrypted them. */
  readonly dataKeys: Readonly<Record<string, number>>
}

/** Checks whether a rotation of a tenant has ended, so that all its values have the present format. */
export async function hasRotated(tx: ServerTx, tenantId: TenantId): Promise<boolean> {
  const row = await tx
    .selectFrom('key_rotations')
    .select('ended')
    .where('tenant_id', '=', tenantId)
    .where('ended', '>', 0)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * Requests a rotation of tenants, or of one. One that is in progress continues, and encrypts the data keys once more: the key
 * of the provider may be another one than at its beginning.
 *
 * @returns Number of tenants.
 */
export async function requestRotation(tx: ServerTx, tenantId?: TenantId): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('key_rotations')
    .set({
      ...{ rotation: sql<number>`case when ended = rotation then rotation + 1 else rotation end` },
      ...{ requests: sql<number>`requests + 1` },
      ...{ resealed: sql<number>`case when ended = rotation then 0 else resealed end` },
      ...{ unreadable: sql<number>`case when ended = rotation then 0 else unreadable end` },
      ...{ due_at: databaseNow, requested_at: databaseNow, ended_at: null },
    })
    .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId ?? ''))
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows)
}

/** Claims the rotation that has been due for longest; no other process gets it before the lease ends. */
export async function claimRotation(tx: ServerTx, leaseMs: number): Promise<ClaimedRotation | null> {
  const row = await tx
    .updateTable('key_rotations')
    .set({ due_at: dueIn(leaseMs) })
    .where('tenant_id', '=', (query) =>
      query
        .selectFrom('key_rotations as due')
        .select('due.tenant_id')
        .where('due.due_at', '<=', statementNow)
        .orderBy('due.due_at')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning(['tenant_id', 'rotation', 'requests', 'wrapped'])
    .executeTakeFirst()
  if (row === undefined) return null
  const { tenant_id: tenantId, rotation, requests: request, wrapped } = row
  return { tenantId, rotation, request, isWrapped: wrapped >= request }
}

const dueIn = (ms: number) => sql<number>`${databaseNow} + ${ms}::bigint`

/** Progress of a rotation to note, with the time for which this process keeps it. */
export interface RotationProgress {
  readonly isWrapped?: boolean
  /** Values to add to those that are counted. */
  readonly resealed?: number
  readonly unreadable?: number
  readonly leaseMs: number
}

/** Notes progress. @returns False if this rotation is over, so that there is nothing more to do. */
export async function noteRotation(
  tx: ServerTx,
  { tenantId, rotation, request }: ClaimedRotation,
  { isWrapped = false, resealed = 0, unreadable, leaseMs }: RotationProgress,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('key_rotations')
    .set({
      ...{ resealed: sql<number>`resealed + ${resealed}::int`, due_at: dueIn(leaseMs), is_failing: false },
      ...(isWrapped ? { wrapped: sql<number>`greatest(wrapped, ${request}::int)` } : {}),
      ...(unreadable === undefined ? {} : { unreadable }),
    })
    .where('tenant_id', '=', tenantId)
    .where('rotation', '=', rotation)
    .where(sql<boolean>`ended < rotation`)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Pause after which a rotation that fails for days is tried again. */
const LONGEST_PAUSE_MS = 3_600_000

/** Puts off a rotation that failed, for as long as it has been requested: the longer it fails, the rarer it is tried. Progress counts it as failing. */
export async function putOffRotation(
  tx: ServerTx,
  { tenantId, rotation }: ClaimedRotation,
  leaseMs: number,
): Promise<void> {
  const age = sql<number>`${databaseNow} - coalesce(requested_at, 0)`
  const pause = sql<number>`greatest(${leaseMs}::bigint, least(${age}, ${LONGEST_PAUSE_MS}::bigint))`
  await tx
    .updateTable('key_rotations')
    .set({ is_failing: true, due_at: sql<number>`${databaseNow} + ${pause}` })
    .where('tenant_id', '=', tenantId)
    .where('rotation', '=', rotation)
    .where(sql<boolean>`ended < rotation`)
    .execute()
}

/** Ends a rotation; it is due at once if it was requested again since the data keys were encrypted. @returns True if it ends. */
export async function endRotation(tx: ServerTx, { tenantId, rotation }: ClaimedRotation): Promise<boolean> {
  const isDone = sql<boolean>`wrapped >= requests`
  const row = await tx
    .updateTable('key_rotations')
    .set({
      ended: sql<number>`case when ${isDone} then rotation else ended end`,
      due_at: sql<number | null>`case when ${isDone} then null else ${databaseNow} end`,
      ended_at: sql<number | null>`case when ${isDone} then ${databaseNow} end`,
      is_failing: false,
    })
    .where('tenant_id', '=', tenantId)
    .where('rotation', '=', rotation)
    .where(sql<boolean>`ended < rotation`)
    .returning('due_at')
    .executeTakeFirst()
  return row?.due_at === null
}

export async function countRotations(tx: ServerTx): Promise<RotationCounts> {
  const row = await tx
    .selectFrom('key_rotations')
    .select([
      sql<number>`count(*)`.as('tenants'),
      sql<number>`count(*) filter (where ended < rotation)`.as('in_progress'),
      sql<number>`count(*) filter (where is_failing)`.as('failing'),
      sql<number>`coalesce(sum(resealed), 0)`.as('resealed'),
      sql<number>`coalesce(sum(unreadable), 0)`.as('unreadable'),
    ])
    .executeTakeFirstOrThrow()
  const { tenants, in_progress: inProgress, failing, resealed, unreadable } = row
  const keys = await tx
    .selectFrom('wrapped_keys')
    .select(['wrapping_key_id', sql<number>`count(*)`.as('count')])
    .groupBy('wrapping_key_id')
    .orderBy('wrapping_key_id')
    .execute()
  return {
    dataKeys: Object.fromEntries(keys.map(({ wrapping_key_id, count }) => [wrapping_key_id, Number(count)])),
    ...{ tenants: Number(tenants), inProgress: Number(inProgress), failing: Number(failing) },
    ...{ resealed: Number(resealed), unreadable: Number(unreadable) },
  }
}

/** A value that is encrypted under an earlier key, with its connection. */
export interface ValueToSeal {
  readonly row: SecretRow
  readonly connection: Pick<
    ConnectionRow,
    'tenant_id' | 'connection_id' | 'connector' | 'field_values' | 'allowed_hosts'
  > | null
}

/** Lists values of a tenant that are not encrypted under a key or a later one, by id. @param after - Id of the last one before. */
export async function listValuesToSeal(
  tx: ServerTx,
  tenantId: TenantId,
  { keyId, after, limit }: { readonly keyId: string; readonly after: string; readonly limit: number },
): Promise<readonly ValueToSeal[]> {
  const rows = await tx
    .selectFrom('secrets')
    .leftJoin('connections', (join) =>
      join
        .onRef('connections.tenant_id', '=', 'secrets.tenant_id')
        .onRef('connections.connection_id', '=', 'secrets.connection_id'),
    )
    .selectAll('secrets')
    .select(['connections.connector', 'connections.field_values', 'connections.allowed_hosts'])
    .where('secrets.tenant_id', '=', tenantId)
    .where('secrets.data_key_id', '!=', keyId)
    // A process whose rotation is over must not put values back under its key.
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('secret_keys as later')
            .select('later.key_id')
            .whereRef('later.tenant_id', '=', 'secrets.tenant_id')
            .whereRef('later.key_id', '=', 'secrets.data_key_id')
            .where(sql<boolean>`later.key_id::integer > ${keyId}::integer`),
        ),
      ),
    )
    .where('secrets.secret_id', '>', after)
    .orderBy('secrets.secret_id')
    .limit(limit)
    .execute()
  return rows.map(({ connector, field_values, allowed_hosts, ...row }) => {
    const { connection_id } = row
    const isOfConnection =
      connection_id !== null && connector !== null && field_values !== null && allowed_hosts !== null
    const connection = isOfConnection
      ? { tenant_id: tenantId, connection_id, connector, field_values, allowed_hosts }
      : null
    return { row, connection }
  })
}

/**
 * Locks those of some values that no other transaction holds, by id: one that changes them as well must not wait for this one,
 * nor this one for it.
 */
export async function lockFreeValues(
  tx: ServerTx,
  tenantId: TenantId,
  secretIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await tx
    .selectFrom('secrets')
    .select('secret_id')
    .where('tenant_id', '=', tenantId)
    .where('secret_id', 'in', [...secretIds])
    .orderBy('secret_id')
    .forUpdate()
    .skipLocked()
    .execute()
  return new Set(rows.map((row) => row.secret_id))
}

/** Replaces the ciphertext of a value, unless it was replaced since it was read. @returns True if it did. */
export async function replaceSealed(
  tx: ServerTx,
  { tenant_id, secret_id, sealed }: SecretRow,
  set: Pick<SecretRow, 'data_key_id' | 'sealed'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('secrets')
    .set(set)
    .where('tenant_id', '=', tenant_id)
    .where('secret_id', '=', secret_id)
    .where('sealed', '=', sealed)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Replaces the encrypted form of a data key, unless another process has. */
export async function replaceWrapped(
  tx: ServerTx,
  { tenant_id, key_id, wrapped }: TenantKeyRow,
  set: Pick<TenantKeyRow, 'wrapping_key_id' | 'wrapped'>,
): Promise<void> {
  await tx
    .updateTable('secret_keys')
    .set(set)
    .where('tenant_id', '=', tenant_id)
    .where('key_id', '=', key_id)
    .where('wrapped', '=', wrapped)
    .execute()
}
