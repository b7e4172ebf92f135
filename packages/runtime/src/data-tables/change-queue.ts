import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { sql } from 'kysely'
import { createKeyedSlots, createSlots } from '../egress/slots.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

/** Changes of one tenant, and of all tenants, that this process makes at once: a part of a pool of the usual ten connections. */
const MAX_OF_TENANT = 2
const MAX_OF_ALL = 4
/** Longest wait of a change for changes of other processes, in milliseconds; the worker must be able to renew its leases. */
const LOCK_TIMEOUT_MS = 5_000
/** SQLSTATE of a lock that was not available in time. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Makes changes of data in order. */
export type ChangeQueue = <Value>(
  /** Tenant, and the table or the key that is changed. */
  what: { readonly tenantId: TenantId; readonly name: string },
  change: (tx: Tx<RuntimeTables>) => Promise<Value>,
  abortSignal?: AbortSignal,
) => Promise<Value>

/**
 * Creates the queue of the changes of a process. Changes of one table wait for each other here, before they take a
 * connection: otherwise a busy table of one tenant would take the connections of all.
 *
 * @returns A function that makes a change in a transaction. It throws the reason of the signal, and `UNAVAILABLE` if another
 * process has held the table too long.
 */
export function createChangeQueue(
  database: RuntimeDatabase,
  { lockTimeoutMs = LOCK_TIMEOUT_MS }: { readonly lockTimeoutMs?: number } = {},
): ChangeQueue {
  const ofName = createKeyedSlots(1)
  const ofTenant = createKeyedSlots(MAX_OF_TENANT)
  const ofAll = createSlots(MAX_OF_ALL)
  return async ({ tenantId, name }, change, abortSignal = new AbortController().signal) => {
    const held: (() => void)[] = []
    try {
      // Always in this order, so that no two changes wait for each other.
      held.push(await ofName.acquire(`${tenantId}/${name}`, abortSignal))
      held.push(await ofTenant.acquire(tenantId, abortSignal))
      held.push(await ofAll.acquire(abortSignal))
      return await database.withTenant(tenantId, async (tx) => {
        await sql`select set_config('lock_timeout', ${String(lockTimeoutMs)}::text, true)`.execute(tx)
        return change(tx)
      })
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause) || cause.code !== LOCK_NOT_AVAILABLE) throw cause
      const details = { waitsFor: 'database' }
      throw new TenonError('UNAVAILABLE', 'Another change of the data takes too long', { cause, details })
    } finally {
      for (const release of held.reverse()) release()
    }
  }
}
