import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { RuntimeLog } from '@tenon/runtime'
import {
  type ClaimedRotation,
  endRotation,
  listValuesToSeal,
  lockFreeValues,
  noteRotation,
  replaceSealed,
  replaceWrapped,
  type ValueToSeal,
} from '../tables/key-rotation-repository.ts'
import { listTenantKeys } from '../tables/secret-repository.ts'
import type { TenantKeyRow } from '../tables/secret-tables.ts'
import type { ServerDatabase } from '../tables/server-tables.ts'
import type { DataKey, Keyring } from './keyring.ts'
import type { SecretStore } from './secret-store.ts'

export interface RotateTenantDeps {
  readonly database: ServerDatabase
  readonly keyring: Pick<Keyring, 'create' | 'find' | 'wrapAgain'>
  readonly secrets: Pick<SecretStore, 'sealAgain'>
  readonly log: RuntimeLog
  readonly now: () => number
}

/** Sizes and times of a rotation; tests use smaller ones. */
export interface RotationPace {
  /** Values that are encrypted again in one transaction. */
  readonly batchSize: number
  /** Time for which a process has a rotation for itself; another one continues after it, also if this one was killed. */
  readonly leaseMs: number
  /** Time after which no process uses an earlier key for new values: longer than keys stay in memory. */
  readonly overlapMs: number
}

/** Pause before values are looked at again that another transaction held. */
const HELD_MS = 1_000

/**
 * Works on the rotation of one tenant until nothing more is to be done now, or `isClosing` returns true. Each part is stored by
 * itself and does nothing when it is repeated, so that any process can continue after a crash:
 *
 * 1. A new data key, whose id follows from the number of the rotation. New values are encrypted under it from now on.
 * 2. All data keys are encrypted again, under the key that the provider uses now; once more if that was requested meanwhile.
 * 3. All values are encrypted again, batch by batch. Earlier keys stay: callback URLs are signed under them.
 * 4. Another look for values of processes that still had the earlier key in memory; then the rotation ends.
 */
export async function rotateTenant(
  deps: RotateTenantDeps,
  claimed: ClaimedRotation,
  { batchSize, leaseMs, overlapMs }: RotationPace,
  isClosing: () => boolean,
): Promise<void> {
  const { tenantId, rotation, isWrapped } = claimed
  const { database, keyring } = deps
  const created = await keyring.create(tenantId, String(rotation + 1))
  if (!isWrapped) {
    await wrapKeysAgain(deps, tenantId)
    const isCurrent = await database.withTenant(tenantId, (tx) =>
      noteRotation(tx, claimed, { isWrapped: true, leaseMs }),
    )
    if (!isCurrent) return
  }
  const to = await latestKey(deps, created)
  let after = ''
  let unreadable = 0
  let hasSkipped = false
  let isOver = false
  while (!isClosing() && !isOver) {
    const page = { keyId: to.keyId, after, limit: batchSize }
    const values = await database.withTenant(tenantId, (tx) => listValuesToSeal(tx, tenantId, page))
    const last = values.at(-1)
    if (last === undefined) return finish()
    after = last.row.secret_id
    unreadable += await sealBatch(values, unreadable)
  }

  /** Encrypts values again. @returns Number of those that cannot be decrypted. */
  async function sealBatch(values: readonly ValueToSeal[], unreadableBefore: number): Promise<number> {
    // Before the transaction: the key provider may be asked for an earlier key.
    const sealed = await Promise.all(
      values.map(async ({ row, connection }) => ({ row, set: await deps.secrets.sealAgain(row, connection, to) })),
    )
    const missing = sealed.filter(({ set }) => set === null)
    for (const { row } of missing) {
      const { secret_id: secretId, data_key_id: dataKeyId, field } = row
      deps.log('warn', 'keys.value_unreadable: it must be set again', { tenantId, secretId, dataKeyId, field })
    }
    await database.withTenant(tenantId, async (tx) => {
      let resealed = 0
      const ids = values.map(({ row }) => row.secret_id)
      const free = await lockFreeValues(tx, tenantId, ids)
      hasSkipped ||= free.size < ids.length
      for (const { row, set } of sealed) {
        if (set !== null && free.has(row.secret_id) && (await replaceSealed(tx, row, set))) resealed += 1
      }
      const noted = { resealed, unreadable: unreadableBefore + missing.length, leaseMs }
      isOver = !(await noteRotation(tx, claimed, noted))
    })
    return missing.length
  }

  async function finish(): Promise<void> {
    const waitMs = Math.max(created.created_at + overlapMs - deps.now(), hasSkipped ? Math.min(HELD_MS, leaseMs) : 0)
    const hasEnded = await database.withTenant(tenantId, async (tx) => {
      if (waitMs <= 0) return endRotation(tx, claimed)
      await noteRotation(tx, claimed, { unreadable, leaseMs: waitMs })
      return false
    })
    if (hasEnded) deps.log('info', 'keys.rotated', { tenantId, dataKeyId: to.keyId })
  }
}

async function latestKey({ keyring }: RotateTenantDeps, { tenant_id, key_id }: TenantKeyRow): Promise<DataKey> {
  const key = await keyring.find(tenant_id, key_id)
  if (key === null) throw new RangeError('The new data key was deleted')
  return { keyId: key_id, key }
}

/** Encrypts data keys again, one by one. One that no key of the provider decrypts any more stays as it is. */
async function wrapKeysAgain({ database, keyring, log }: RotateTenantDeps, tenantId: TenantId): Promise<void> {
  const rows = await database.withTenant(tenantId, (tx) => listTenantKeys(tx, tenantId))
  for (const row of rows) {
    try {
      const { keyId, bytes } = await keyring.wrapAgain(tenantId, row)
      const set = { wrapping_key_id: keyId, wrapped: bytes }
      await database.withTenant(tenantId, (tx) => replaceWrapped(tx, row, set))
    } catch (error) {
      if (!(error instanceof TenonError && error.code === 'SECRET_NOT_FOUND')) throw error
      const { key_id: dataKeyId, wrapping_key_id: keyId } = row
      log('warn', 'keys.key_unreadable: what it encrypted must be set again', { tenantId, dataKeyId, keyId })
    }
  }
}
