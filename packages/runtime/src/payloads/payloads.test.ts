import { randomUUID } from 'node:crypto'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Engine, EngineDeps } from '../engine.ts'
import { embeddedEngine } from '../engines/embedded/embedded-engine.ts'
import { deleteRun } from '../retention/delete-run.ts'
import { type Retention, sweepTenant } from '../retention/sweep-tenant.ts'
import { postgresRunReader } from '../store/run-reader.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import { testDeps } from '../testing/embedded.ts'
import { startRun } from '../testing/run-driver.ts'
import { createTestNodes } from '../testing/test-nodes.ts'
import { collectObjects, collectOrphans } from './collect-objects.ts'
import type { PayloadStore } from './payload-store.ts'
import { createStoredObjects } from './stored-objects.ts'

const DAY_MS = 86_400_000
const TEXT = 'x'.repeat(20_000)

/** Large has a large value in its params and returns another one; Use reads that after a person has decided. */
const DOCUMENT = workflow(
  [
    node('start', 'start'),
    node('large', 'probe', { output: { text: TEXT }, isGated: true }),
    node('ask', 'approval', { title: 'Go on?' }),
    node('use', 'probe', { output: { text: '{{ nodes.large.output.text }}' } }),
    node('end', 'end', { output: '{{ nodes.use.output }}' }),
  ],
  ['start>large', 'large>ask', 'ask:approve>use', 'use>end'],
)

/** A store in memory whose next calls a test makes fail. */
function memoryStore() {
  const objects = new Map<string, { readonly text: string; readonly storedAt: number }>()
  const failing = { put: 0, get: 0, delete: 0 }
  const fail = (name: keyof typeof failing): void => {
    if (failing[name] === 0) return
    failing[name] -= 1
    throw new RangeError('secret detail of the store')
  }
  const store: PayloadStore = {
    put: async (key, text) => {
      fail('put')
      if (objects.has(key)) throw new RangeError('a key is written once')
      objects.set(key, { text, storedAt: Date.now() })
    },
    get: async (key) => {
      fail('get')
      const stored = objects.get(key)
      if (stored === undefined) throw new RangeError('no such key')
      return stored.text
    },
    delete: async (key) => {
      fail('delete')
      objects.delete(key)
    },
    list: async (prefix, cursor) => {
      // By key, so that a deletion between two pages hides no other key.
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > (cursor ?? '')).sort()
      const items = keys.slice(0, 1).map((key) => ({ key, storedAt: objects.get(key)?.storedAt ?? 0 }))
      return { items, nextCursor: keys[1] === undefined ? null : (items[0]?.key ?? null) }
    },
  }
  return { store, objects, failing }
}

describe('values in a store of the host', () => {
  const { registry, probes } = createTestNodes()
  let opened: TestDatabase
  let engines: Engine[] = []

  beforeAll(async () => {
    opened = await openTestDatabase('PGlite')
  })
  afterEach(async () => {
    for (const engine of engines) await engine.close()
    engines = []
  })
  afterAll(() => opened.close())

  const openEngine = async (store: PayloadStore) => {
    const base = testDeps(opened.database, registry)
    const deps: EngineDeps = { ...base, payloadStore: store, reader: postgresRunReader(opened.database, store) }
    const engine = embeddedEngine({ pollIntervalMs: 100 })(deps)
    await engine.startWorker()
    engines.push(engine)
    return { ...deps, engine }
  }
  const rowsOf = (tenantId: string) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx.selectFrom('payloads').select(['hash', 'data', 'location']).where('tenant_id', '=', tenantId).execute(),
    )
  const outputOf = async (
    handle: Awaited<ReturnType<typeof openEngine>>,
    run: Awaited<ReturnType<typeof startRun>>,
  ) => {
    const stored = await run.ended()
    expect(stored.status).toBe('completed')
    return stored.output === null ? null : handle.reader.loadValue(run.tenantId, stored.output)
  }

  test('are uploaded before the log refers to them, read by their tenant alone, and checked', async () => {
    const { store, objects, failing } = memoryStore()
    const handle = await openEngine(store)
    // A start is not acknowledged before its values are stored.
    failing.put = 1
    await expect(startRun(handle, DOCUMENT)).rejects.toMatchObject({ code: 'PAYLOAD_UNAVAILABLE' })
    const run = await startRun(handle, DOCUMENT)
    await probes.reached(run.runId, 'large')
    // The store does not respond for a while: the outcome waits, and the body does not run again.
    failing.put = 2
    probes.open(run.runId, 'large')
    const { approvalId } = await run.approvalOf('ask')
    const rows = await rowsOf(run.tenantId)
    expect(rows.map(({ data }) => data)).toEqual([null, null])
    expect([...objects.keys()].sort()).toEqual(rows.map(({ location }) => location).sort())
    const row = rows.find(({ location }) => objects.get(`${location}`)?.text.startsWith('{"text"'))
    expect(row?.location).toMatch(new RegExp(`^t-${run.tenantId}/${row?.hash}/`))
    expect(probes.callsOf(run.runId, 'large')).toHaveLength(1)

    // Another process, which has nothing in memory, drives the run now, and the store fails again.
    await handle.engine.close()
    const other = await openEngine(store)
    failing.get = 2
    await other.engine.decide(run.tenantId, approvalId, {
      ...{ actor: { userId: 'ann', displayName: 'ann', role: 'admin' }, choice: 'approve', at: Date.now() },
    })
    expect(await outputOf(other, run)).toEqual({ text: TEXT })
    expect(failing.get).toBe(0)
    expect(probes.callsOf(run.runId, 'use')).toHaveLength(1)

    const ref = { hash: `${row?.hash}`, size: 1 }
    await expect(other.reader.loadValue('another', ref)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_FOUND' })
    const without = postgresRunReader(opened.database)
    await expect(without.loadValue(run.tenantId, ref)).rejects.toMatchObject({ code: 'PAYLOAD_UNAVAILABLE' })
    failing.get = 1
    await expect(other.reader.loadValue(run.tenantId, ref)).rejects.toMatchObject({
      code: 'PAYLOAD_UNAVAILABLE',
      message: 'The payload store did not return a value',
    })
    objects.set(`${row?.location}`, { text: '"changed"', storedAt: 0 })
    await expect(other.reader.loadValues(run.tenantId, [ref])).rejects.toMatchObject({
      code: 'PAYLOAD_UNAVAILABLE',
      message: 'The payload store returned another value than was stored',
    })
  })

  test('are deleted with their last reference, also after a kill, and uploads without a row after a day', async () => {
    const { database } = opened
    const { store, objects, failing } = memoryStore()
    const tenantId = `t-${randomUUID()}`
    const handle = await openEngine(store)
    const stop = async () => {
      const run = await startRun(handle, DOCUMENT, { tenantId })
      probes.open(run.runId, 'large')
      await run.approvalOf('ask')
      await handle.engine.cancel(tenantId, run.runId, null)
      await run.ended()
      return run.runId
    }
    const [first, second] = [await stop(), await stop()]
    // The second run has the values that were stored already; what it has uploaded is of no use.
    const used = (await rowsOf(tenantId)).map(({ location }) => `${location}`).sort()
    expect([used.length, objects.size]).toEqual([2, 4])
    objects.set(`t-${tenantId}/kept by the host`, { text: '', storedAt: 0 })
    objects.set(`t-${tenantId}2/${'0'.repeat(64)}/${randomUUID()}`, { text: '', storedAt: 0 })

    const remaining = () =>
      [...objects.keys()].filter((key) => key.startsWith(`t-${tenantId}/`) && key.length > 100).sort()
    const orphans = (now: () => number) => collectOrphans(database, createStoredObjects(store), { tenantId, now })
    await orphans(Date.now)
    expect(remaining()).toHaveLength(4)
    const again = () =>
      database.withTenant(tenantId, (tx) =>
        tx.updateTable('retention_sweeps').set({ objects_at: 0 }).where('tenant_id', '=', tenantId).execute(),
      )
    // Once a day.
    await orphans(() => Date.now() + 2 * DAY_MS)
    expect(remaining()).toHaveLength(4)
    await again()
    await orphans(() => Date.now() + 2 * DAY_MS)
    expect(remaining()).toEqual(used)
    expect(objects.size).toBe(4)

    const lines: string[] = []
    const deleteOf = (runId: string) =>
      deleteRun({ database, payloadStore: store, log: (_, message) => lines.push(message) }, { tenantId, runId })
    expect(await deleteOf(first)).toBe('deleted')
    expect(remaining()).toEqual(used)
    failing.delete = 1
    expect(await deleteOf(second)).toBe('deleted')
    expect(lines).toEqual(['run.delete_failed: a worker deletes the rest'])
    expect(await rowsOf(tenantId)).toEqual([])
    const left = remaining()
    expect(left.length).toBeGreaterThan(0)
    const retention: Retention = {
      policyOf: async () => ({ runsDays: null, workflowDays: new Map() }),
      record: async () => undefined,
      sweepOwn: async () => undefined,
      sweepVersions: async () => undefined,
      plansInUse: async (_tenantId, planHashes) => planHashes,
    }
    // A process that stops starts no other page.
    await collectObjects(database, createStoredObjects(store), tenantId, () => true)
    expect(remaining()).toEqual(left)
    await sweepTenant({ database, objects: createStoredObjects(store) }, retention, tenantId)
    expect(remaining()).toEqual([])
  })

  test('go to the store a few at a time', async () => {
    let [now, most] = [0, 0]
    const { store } = memoryStore()
    const slow: PayloadStore = {
      ...store,
      put: async () => {
        now += 1
        most = Math.max(most, now)
        await Promise.resolve()
        now -= 1
      },
    }
    const objects = createStoredObjects(slow)
    await Promise.all(Array.from({ length: 50 }, () => objects.upload('t', '0'.repeat(64), '1')))
    expect([most, now]).toEqual([16, 0])
  })
})
