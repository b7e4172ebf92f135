import type { Json, TenantId } from '@tenon/core/document'
import type { KeyValue, KeyValueChange } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'
import { textFault } from '@tenon/core/text'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { limitError } from './change-rows.ts'
import { invalidQuery } from './row-query.ts'
import type { ResolvedDataTableLimits } from './table-limits.ts'

type RuntimeTx = Tx<RuntimeTables>

const MAX_KEY = 200
/** Seed of the hash that names the lock, so that it differs from other locks for the same tenant. */
const KEYS_LOCK = 8_412

/** Value under a key, as it is stored. */
export interface StoredKeyValue {
  /** Key, unique in the tenant. */
  readonly key: string
  /** The value. */
  readonly value: Json
  /** Time of its last change, in milliseconds since the Unix epoch. */
  readonly updatedAt: number
}

/** A value after its change. */
interface ChangedKeyValue {
  readonly value: Json
  readonly previous: Json
  /** Time of the change; 0 for a deleted key. */
  readonly updatedAt: number
}

/** @throws {@link TenonError} `DATA_QUERY_INVALID` for a text that is no key. */
export function checkKey(key: string): void {
  if (key !== '' && key.length <= MAX_KEY && textFault(key) === null) return
  throw invalidQuery(`A key has 1 to ${MAX_KEY} characters, and none of them is NUL`)
}

export async function findKeyValue(tx: RuntimeTx, tenantId: TenantId, key: string): Promise<KeyValue> {
  const row = await at(tx, tenantId, key).executeTakeFirst()
  return row === undefined ? { isFound: false, value: null } : { isFound: true, value: parse(row.value) }
}

/** Selects values by key, one more than the limit if there are more. */
export async function selectKeyValues(
  tx: RuntimeTx,
  tenantId: TenantId,
  { prefix, after, limit }: { readonly prefix: string; readonly after: string | null; readonly limit: number },
): Promise<readonly StoredKeyValue[]> {
  const byCode = sql<string>`key collate "C"`
  let query = tx
    .selectFrom('key_values')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where(sql<boolean>`starts_with(key, ${prefix})`)
  if (after !== null) query = query.where(byCode, '>', after)
  const rows = await query
    .orderBy(byCode)
    .limit(limit + 1)
    .execute()
  return rows.map((row) => ({ key: row.key, value: parse(row.value), updatedAt: Number(row.updated_at) }))
}

/**
 * Changes the value under a key; changes of one key wait for each other.
 *
 * @throws {@link TenonError} `DATA_QUERY_INVALID`, `DATA_LIMIT_EXCEEDED`; `VALUE_NOT_JSON`.
 */
export async function changeKeyValue(
  tx: RuntimeTx,
  tenantId: TenantId,
  change: KeyValueChange,
  limits: ResolvedDataTableLimits,
): Promise<ChangedKeyValue> {
  const { key } = change
  checkKey(key)
  const row = await at(tx, tenantId, key).forUpdate().executeTakeFirst()
  const previous = row === undefined ? null : parse(row.value)
  if (change.kind === 'delete') {
    await tx.deleteFrom('key_values').where('tenant_id', '=', tenantId).where('key', '=', key).execute()
    return { value: null, previous, updatedAt: 0 }
  }
  if (row === undefined) {
    // Changes that add a key wait here for each other: each could find the last free room, or add the same key.
    await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, ${KEYS_LOCK}))`.execute(tx)
    const added = await at(tx, tenantId, key).forUpdate().executeTakeFirst()
    if (added !== undefined) return put(tx, tenantId, change, parse(added.value), limits)
    await checkKeyCount(tx, tenantId, limits)
  }
  return put(tx, tenantId, change, previous, limits)
}

async function put(
  tx: RuntimeTx,
  tenantId: TenantId,
  change: Exclude<KeyValueChange, { readonly kind: 'delete' }>,
  previous: Json,
  { valueBytes }: ResolvedDataTableLimits,
): Promise<ChangedKeyValue> {
  const { key } = change
  const { json: value, text } = encodeValue(change.kind === 'set' ? change.value : sumOf(change, previous))
  const size = Buffer.byteLength(text)
  if (size > valueBytes) throw limitError(`A value may have ${valueBytes} bytes`, size, valueBytes)
  const row = await tx
    .insertInto('key_values')
    .values({ tenant_id: tenantId, key, value: text, updated_at: databaseNow })
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'key']).doUpdateSet({ value: text, updated_at: databaseNow }),
    )
    .returning('updated_at')
    .executeTakeFirstOrThrow()
  return { value, previous, updatedAt: Number(row.updated_at) }
}

function sumOf({ key, amount }: Extract<KeyValueChange, { readonly kind: 'increment' }>, previous: Json): number {
  if (previous !== null && typeof previous !== 'number') {
    throw invalidQuery(`The value under "${key}" is no number, so nothing can be added to it`)
  }
  const sum = (previous ?? 0) + amount
  // Beyond it, adding 1 would change nothing.
  if (Math.abs(sum) <= Number.MAX_SAFE_INTEGER) return sum
  throw invalidQuery(`The sum under "${key}" would be larger than ${Number.MAX_SAFE_INTEGER}`)
}

async function checkKeyCount(tx: RuntimeTx, tenantId: TenantId, { keys }: ResolvedDataTableLimits): Promise<void> {
  const { count } = await tx
    .selectFrom('key_values')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirstOrThrow()
  if (Number(count) >= keys) throw limitError(`The tenant may have ${keys} keys`, Number(count), keys)
}

function at(tx: RuntimeTx, tenantId: TenantId, key: string) {
  return tx.selectFrom('key_values').selectAll().where('tenant_id', '=', tenantId).where('key', '=', key)
}

function parse(text: string): Json {
  return JSON.parse(text) as Json
}
