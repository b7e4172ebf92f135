import { randomUUID } from 'node:crypto'
import type { TenantId, WorkflowId } from '@tenon/core/document'
import { createDatabase } from '@tenon/runtime/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { insertConnection } from '../tables/connection-repository.ts'
import {
  type ClaimedRotation,
  claimRotation,
  putOffRotation,
  requestRotation,
} from '../tables/key-rotation-repository.ts'
import { createMigrate } from '../tables/migrate.ts'
import { insertSecrets, listTenantKeys } from '../tables/secret-repository.ts'
import type { ConnectionRow, SecretRow } from '../tables/secret-tables.ts'
import type { ServerDatabase, ServerTables } from '../tables/server-tables.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testKeyProvider } from '../testing/test-key-provider.ts'
import { boundTo } from './bound-to.ts'
import { encrypt, FORMATS } from './cipher.ts'
import { createKeyRotations } from './key-rotations.ts'
import { createKeyring } from './keyring.ts'
import { rotateTenant } from './rotate-tenant.ts'
import { createSecretStore } from './secret-store.ts'

let pglite: Awaited<ReturnType<typeof openServerPGlite>>
let database: ServerDatabase

beforeAll(async () => {
  pglite = await openServerPGlite()
  database = createDatabase<ServerTables>({ pglite })
  await createMigrate(database, {})()
})
afterAll(() => pglite.close())

const PACE = { batchSize: 2, leaseMs: 1, overlapMs: 0, idleMs: 5 }
const provider = testKeyProvider()

/** The store of one process, with its own keys in memory. */
function processOn(on: ServerDatabase = database) {
  const keyring = createKeyring(on, provider, Date.now)
  const secrets = createSecretStore(on, keyring)
  const logs: string[] = []
  const log = (_level: string, message: string) => void logs.push(message)
  return { database: on, keyring, secrets, log, now: Date.now, logs }
}

/** A tenant with five values of a workflow and two of a connection. */
async function tenantWithValues() {
  const tenantId = `t-${randomUUID()}` as TenantId
  const workflowId = 'wf' as WorkflowId
  const connection: ConnectionRow = {
    ...{
      tenant_id: tenantId,
      connection_id: 'con_1',
      connector: 'basic',
      name: 'CRM',
      field_values: '{"username":"ada"}',
    },
    ...{ markers: '{}', allowed_hosts: '["api.example.com"]', sharing_kind: 'tenant', workflow_ids: '[]' },
    ...{ owner_id: 'u', owner_name: 'Ada', status: 'connected', status_reason: null, generation: 0 },
    ...{ created_at: 1, updated_at: 1, expires_at: null, refresh_at: null, lease_id: null, lease_until: null },
  }
  const seal = await processOn().secrets.openSeal(tenantId)
  const author = { tenantId, setBy: 'Ada', at: 1 }
  const ofParams = [0, 1, 2, 3, 4].map(
    (no) => seal({ ...author, owner: { workflowId }, field: `f${no}` }, `value ${no}`).row,
  )
  const ofConnection = ['a', 'b'].map(
    (field) => seal({ ...author, owner: { connection }, field }, `secret ${field}`).row,
  )
  await database.withTenant(tenantId, async (tx) => {
    const named = { tenant_id: tenantId, workflow_id: workflowId, name: 'W', description: '' }
    const none = { latest_version: null, latest_behavior_hash: null, deleted_at: null }
    await tx
      .insertInto('workflows')
      .values({ ...named, ...none, created_at: 1, updated_at: 1 })
      .execute()
    await insertSecrets(tx, ofParams, Number.POSITIVE_INFINITY)
    await insertConnection(tx, connection, ofConnection)
  })
  return { tenantId, connection }
}

const rowsOf = (tenantId: TenantId): Promise<readonly SecretRow[]> =>
  database.withTenant(tenantId, (tx) => tx.selectFrom('secrets').selectAll().orderBy('field').execute())
const keysOf = (tenantId: TenantId) => database.withTenant(tenantId, (tx) => listTenantKeys(tx, tenantId))

/** Everything that another process reads. */
async function readAll({ tenantId, connection }: Awaited<ReturnType<typeof tenantWithValues>>) {
  const { secrets } = processOn()
  const rows = await rowsOf(tenantId)
  const params = rows.filter((row) => row.workflow_id !== null)
  const values = await Promise.all(params.map((row) => secrets.reveal(tenantId, row.secret_id, row.field)))
  return [
    ...values,
    await secrets.revealRows(
      connection,
      rows.filter((row) => row.connection_id !== null),
    ),
  ]
}
const ALL = ['value 0', 'value 1', 'value 2', 'value 3', 'value 4', { a: 'secret a', b: 'secret b' }]

describe('a rotation', () => {
  test('encrypts keys and values again while everything stays readable, in several processes at once', async () => {
    const tenants = await Promise.all([tenantWithValues(), tenantWithValues(), tenantWithValues()])
    const former = processOn()
    for (const { tenantId } of tenants) await former.secrets.openSeal(tenantId)
    const [{ tenantId: firstTenant }] = tenants
    const derived = await former.secrets.deriveKey(firstTenant, 'test')
    provider.rotate()
    const [one, other] = [processOn(), processOn()]
    const [rotations, others] = [createKeyRotations(one, PACE), createKeyRotations(other, PACE)]
    others.start()
    expect(await rotations.rotate()).toMatchObject({ tenants: 3, inProgress: 3 })
    await expect
      .poll(() => others.progress())
      .toEqual({
        ...{ tenants: 3, inProgress: 0, failing: 0, resealed: 21, unreadable: 0, dataKeys: { 'test-2': 6 } },
      })
    for (const tenant of tenants) {
      expect(await readAll(tenant)).toEqual(ALL)
      expect((await rowsOf(tenant.tenantId)).map((row) => row.data_key_id)).toEqual(Array(7).fill('2'))
      const keys = await keysOf(tenant.tenantId)
      expect(keys.map((key) => [key.key_id, key.wrapping_key_id])).toEqual([
        ['2', 'test-2'],
        ['1', 'test-2'],
      ])
      // A process with the earlier key in memory finds the new one.
      const [row] = await rowsOf(tenant.tenantId)
      if (row?.connection_id != null) expect(await former.secrets.revealRows(tenant.connection, [row])).toBeDefined()
    }
    // What was made with the earlier key can still be checked.
    expect(await one.secrets.deriveKeys(firstTenant, 'test')).toContainEqual(derived)
    await Promise.all([rotations.close(), others.close()])
  })

  test('continues in another process after a kill at any of its transactions', async () => {
    const pace = { ...PACE, batchSize: 4 }
    const claim = () => database.withSystem((tx) => claimRotation(tx, 1))
    let kills = 0
    for (let isKilled = true; isKilled; kills += isKilled ? 1 : 0) {
      const tenant = await tenantWithValues()
      const { tenantId } = tenant
      await database.withSystem((tx) => requestRotation(tx, tenantId))
      let left = kills
      const dying: ServerDatabase = {
        ...database,
        // Of the transaction in which it is killed, nothing is stored.
        withTenant: async (id, work) => {
          if (left === 0) throw new Error('killed')
          left -= 1
          return database.withTenant(id, work)
        },
      }
      isKilled = await rotateTenant(processOn(dying), (await claim()) as ClaimedRotation, pace, () => false).then(
        () => false,
        () => true,
      )
      if (isKilled) {
        let next: ClaimedRotation | null = null
        await expect.poll(async () => (next = await claim())).toMatchObject({ tenantId, rotation: 1 })
        if (next !== null) await rotateTenant(processOn(), next, pace, () => false)
      }
      expect(await readAll(tenant)).toEqual(ALL)
      expect((await rowsOf(tenantId)).map((row) => row.data_key_id)).toEqual(Array(7).fill('2'))
    }
    expect(kills).toBeGreaterThan(8)
  })

  test('looks again for values of a process that had the earlier key in memory, and only then ends', async () => {
    const tenant = await tenantWithValues()
    const { tenantId, connection } = tenant
    const late = await processOn().secrets.openSeal(tenantId)
    const rotations = createKeyRotations(processOn(), { ...PACE, overlapMs: 60_000 })
    await rotations.rotate(tenantId)
    await expect.poll(async () => (await rowsOf(tenantId)).every((row) => row.data_key_id === '2')).toBe(true)
    expect((await rotations.progress()).inProgress).toBe(1)
    await rotations.close()
    const owner = { connection }
    const { row } = late({ tenantId, owner, field: 'c', setBy: 'Ada', at: 1 }, 'late')
    await database.withTenant(tenantId, (tx) => tx.insertInto('secrets').values(row).execute())
    await rotateTenant(processOn(), { tenantId, rotation: 1, request: 1, isWrapped: true }, PACE, () => false)
    expect((await rowsOf(tenantId)).map((each) => each.data_key_id)).toEqual(Array(8).fill('2'))
    expect((await rotations.progress()).inProgress).toBe(0)
  })

  test('encrypts data keys once more when it is requested while it is in progress, by whichever process does it', async () => {
    const { tenantId } = await tenantWithValues()
    const wrappedBy = async () => (await keysOf(tenantId)).map((key) => key.wrapping_key_id)
    const request = () => database.withSystem((tx) => requestRotation(tx, tenantId))
    const claim = () => database.withSystem((tx) => claimRotation(tx, 60_000)) as Promise<ClaimedRotation>
    await request()
    const early = await claim()
    const [before] = await wrappedBy()
    provider.rotate()
    await request()
    await rotateTenant(processOn(), { ...early, isWrapped: true }, PACE, () => false)
    expect(await wrappedBy()).toContain(before)
    // The request is not lost: its rotation has not ended.
    const late = await claim()
    expect(late).toMatchObject({ tenantId, rotation: 1, request: 2, isWrapped: false })
    await rotateTenant(processOn(), late, PACE, () => false)
    expect(new Set(await wrappedBy()).size).toBe(1)
    expect(await wrappedBy()).not.toContain(before)
    expect(await claim()).toBeNull()
  })

  test('that is over stays over: a process that still works on it puts no value back under its key', async () => {
    const { tenantId } = await tenantWithValues()
    const stale = { tenantId, rotation: 1, request: 1, isWrapped: false }
    for (const claimed of [stale, { ...stale, rotation: 2, request: 2 }]) {
      await database.withSystem((tx) => requestRotation(tx, tenantId))
      await rotateTenant(processOn(), claimed, PACE, () => false)
    }
    const before = await rowsOf(tenantId)
    expect(before.map((row) => row.data_key_id)).toEqual(Array(7).fill('3'))
    for (const isWrapped of [true, false]) {
      await rotateTenant(processOn(), { ...stale, isWrapped }, PACE, () => false)
    }
    expect(await rowsOf(tenantId)).toEqual(before)
    const ended = await database.withSystem((tx) =>
      tx.selectFrom('key_rotations').select(['ended', 'due_at']).where('tenant_id', '=', tenantId).execute(),
    )
    expect(ended).toEqual([{ ended: 2, due_at: null }])
  })

  test('includes tenants whose first key was stored by an earlier version, and counts what is under each key', async () => {
    const tenantId = `t-${randomUUID()}` as TenantId
    const { keyId, bytes } = await provider.wrapKey(Buffer.alloc(32, 1), { tenantId })
    const row = { tenant_id: tenantId, key_id: '1', wrapping_key_id: keyId, wrapped: bytes, created_at: 1 }
    await database.withTenant(tenantId, (tx) => tx.insertInto('secret_keys').values(row).execute())
    const rotations = createKeyRotations(processOn(), PACE)
    provider.rotate()
    const { dataKeys } = await rotations.progress()
    await rotations.rotate(tenantId)
    await expect.poll(async () => (await keysOf(tenantId)).length).toBe(2)
    await expect.poll(async () => (await rotations.progress()).inProgress).toBe(0)
    const after = (await rotations.progress()).dataKeys
    const [current] = await keysOf(tenantId)
    expect(after[current?.wrapping_key_id ?? '']).toBe(2)
    expect(after[keyId] ?? 0).toBe((dataKeys[keyId] ?? 0) - 1)
    await rotations.close()
  })

  test('gives values of the first format the present one, and closes the first one', async () => {
    const of = await tenantWithValues()
    const { tenantId, connection } = of
    const { keyring } = processOn()
    const { key } = await keyring.current(tenantId)
    const texts = ['value 0', 'value 1', 'value 2', 'value 3', 'value 4', 'secret a', 'secret b']
    const former: Uint8Array[] = []
    for (const row of await rowsOf(tenantId)) {
      const text = texts.find((each) => each.endsWith(row.field.slice(-1))) ?? ''
      const owner = row.connection_id === null ? null : connection
      const sealed = encrypt(key, text, boundTo(row, owner, FORMATS.first), FORMATS.first)
      former.push(sealed)
      await database.withTenant(tenantId, (tx) =>
        tx.updateTable('secrets').set({ sealed }).where('secret_id', '=', row.secret_id).execute(),
      )
    }
    expect(await readAll(of)).toEqual(ALL)
    const rotations = createKeyRotations(processOn(), PACE)
    await rotations.rotate(tenantId)
    await expect.poll(async () => (await rotations.progress()).inProgress).toBe(0)
    await rotations.close()
    expect(await readAll(of)).toEqual(ALL)
    const rows = await rowsOf(tenantId)
    expect(new Set(rows.map(({ sealed }) => sealed[0]))).toEqual(new Set([FORMATS.bound]))
    // A value from an earlier copy of the database, whose key is still there.
    const [last] = rows.slice(-1)
    const planted = { ...last, data_key_id: '1', sealed: former.at(-1) } as SecretRow
    await expect(processOn().secrets.revealRows(connection, [planted])).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
    })
  })

  test('leaves a value that cannot be decrypted, counts it, and goes past it', async () => {
    const { tenantId } = await tenantWithValues()
    const [first] = await rowsOf(tenantId)
    await database.withTenant(tenantId, (tx) =>
      tx
        .updateTable('secrets')
        .set({ sealed: Buffer.alloc(40, 1) })
        .where('secret_id', '=', first?.secret_id ?? '')
        .execute(),
    )
    const worker = processOn()
    const rotations = createKeyRotations(worker, PACE)
    const { unreadable } = await rotations.progress()
    await rotations.rotate(tenantId)
    await expect.poll(async () => (await rotations.progress()).inProgress).toBe(0)
    expect((await rotations.progress()).unreadable - unreadable).toBe(1)
    expect(worker.logs).toContain('keys.value_unreadable: it must be set again')
    const ids = (await rowsOf(tenantId)).map((row) => row.data_key_id)
    expect(ids.filter((id) => id === '2')).toHaveLength(6)
    await rotations.close()
  })

  test('asks a key provider that is down for one tenant at each look, and for each tenant ever more rarely', async () => {
    const [{ tenantId }, ...others] = [await tenantWithValues(), await tenantWithValues(), await tenantWithValues()]
    const worker = processOn()
    const rotations = createKeyRotations(worker, { ...PACE, idleMs: 60_000 })
    provider.setDown(true)
    for (const other of others) await database.withSystem((tx) => requestRotation(tx, other.tenantId))
    await rotations.rotate(tenantId)
    const failures = () => worker.logs.filter((line) => line.startsWith('keys.rotation_failed')).length
    await expect.poll(failures).toBe(1)
    // The database does one thing after the other, so that the next tenants would have failed by now.
    for (let calls = 0; calls < 30; calls += 1) await rotations.progress()
    expect(failures()).toBe(1)
    await rotations.close()
    provider.setDown(false)
    const set = { requested_at: Date.now() - 600_000, due_at: Date.now() }
    const due = await database.withTenant(tenantId, async (tx) => {
      await tx.updateTable('key_rotations').set(set).execute()
      await putOffRotation(tx, { tenantId, rotation: 1, request: 1, isWrapped: false }, PACE.leaseMs)
      return tx.selectFrom('key_rotations').select('due_at').executeTakeFirstOrThrow()
    })
    expect(Number(due.due_at) - Date.now()).toBeGreaterThan(590_000)
    const ending = createKeyRotations(processOn(), PACE)
    await database.withTenant(tenantId, (tx) => tx.updateTable('key_rotations').set({ due_at: 0 }).execute())
    ending.start()
    await expect.poll(async () => (await ending.progress()).inProgress).toBe(0)
    await ending.close()
  })

  test('goes past a data key that no key of the provider decrypts, and counts its values', async () => {
    const { tenantId } = await tenantWithValues()
    await database.withSystem((tx) => requestRotation(tx, tenantId))
    const claimed = { tenantId, rotation: 1, request: 1, isWrapped: false }
    const broken = { tenant_id: tenantId, key_id: '1', wrapping_key_id: 'test-1', wrapped: Buffer.alloc(70, 1) }
    await database.withTenant(tenantId, (tx) =>
      tx.updateTable('secret_keys').set(broken).where('tenant_id', '=', tenantId).execute(),
    )
    const worker = processOn()
    await rotateTenant(worker, claimed, PACE, () => false)
    expect(worker.logs).toContain('keys.key_unreadable: what it encrypted must be set again')
    const ended = await database.withSystem((tx) =>
      tx.selectFrom('key_rotations').select(['ended', 'unreadable']).where('tenant_id', '=', tenantId).execute(),
    )
    expect(ended).toEqual([{ ended: 1, unreadable: 7 }])
  })

  test('waits while the key provider is down, and needs one', async () => {
    const { tenantId } = await tenantWithValues()
    // A lease that is longer than an attempt: the loop must not take the whole process.
    const rotations = createKeyRotations(processOn(), { ...PACE, leaseMs: 100 })
    const { wrapKey } = provider.calls()
    provider.setDown(true)
    await rotations.rotate(tenantId)
    await expect.poll(() => provider.calls().wrapKey).toBeGreaterThan(wrapKey)
    await expect.poll(() => rotations.progress()).toMatchObject({ inProgress: 1, failing: 1 })
    provider.setDown(false)
    await expect.poll(() => rotations.progress()).toMatchObject({ inProgress: 0, failing: 0 })
    await rotations.close()
    const without = createKeyRotations({ ...processOn(), keyring: createKeyring(database, null, Date.now) }, PACE)
    await expect(without.rotate()).rejects.toMatchObject({ code: 'KEY_PROVIDER_REQUIRED' })
    await expect(rotations.rotate('no tenant' as TenantId)).rejects.toMatchObject({ code: 'TENANT_INVALID' })
  })
})

describe('a keyring', () => {
  test('asks the provider once for all, and again when the keys have left the memory', async () => {
    const { tenantId } = await tenantWithValues()
    const before = provider.calls().unwrapKey
    const keyring = createKeyring(database, provider, Date.now, { cacheMs: 20 })
    expect(keyring.isFirstInMemory(tenantId)).toBe(false)
    const keys = await Promise.all([keyring.current(tenantId), keyring.current(tenantId), keyring.all(tenantId)])
    expect(keys[0]).toEqual(keys[2][0])
    expect([provider.calls().unwrapKey - before, keyring.isFirstInMemory(tenantId)]).toEqual([1, true])
    await expect.poll(() => keyring.isFirstInMemory(tenantId)).toBe(false)
    provider.setDown(true)
    await expect(keyring.current(tenantId)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true })
    provider.setDown(false)
    expect(await keyring.current(tenantId)).toEqual(keys[0])
    expect(await keyring.find(tenantId, '9')).toBeNull()
  })

  test('finds a key that another process creates, and decrypts none again for one that is missing', async () => {
    const { tenantId } = await tenantWithValues()
    let time = 1_000_000
    const keyring = createKeyring(database, provider, () => time)
    const { keyId } = await keyring.current(tenantId)
    const { unwrapKey } = provider.calls()
    expect(await keyring.find(tenantId, '9')).toBeNull()
    expect(await keyring.find(tenantId, keyId)).not.toBeNull()
    await createKeyring(database, provider, Date.now).create(tenantId, '8')
    expect(await keyring.find(tenantId, '8')).not.toBeNull()
    expect(provider.calls().unwrapKey - unwrapKey).toBe(1)
    await createKeyring(database, provider, Date.now).create(tenantId, '9')
    time += 1_000
    expect(await keyring.find(tenantId, '9')).not.toBeNull()
    expect(await keyring.first(tenantId)).toMatchObject({ keyId: '1' })
    expect(provider.calls().unwrapKey - unwrapKey).toBe(2)
  })
})
