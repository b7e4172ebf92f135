import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnlistedTypes, listWorker } from '../../store/temporal-workers.ts'
import { openTestDatabase, type TestDatabase } from '../../testing/databases.ts'
import { createTestNodes } from '../../testing/test-nodes.ts'
import { listTypes } from './list-types.ts'

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

test('types that no worker of Temporal lists are found, for as long as one is listed', async () => {
  const { database } = opened
  const { registry } = createTestNodes()
  const logs: string[] = []
  const log = (_level: string, message: string) => void logs.push(message)
  const missing = () => findUnlistedTypes(database, ['probe@1', 'acme/mail@2'])
  expect(await missing()).toEqual([])

  const stop = listTypes({ database, registry, workerId: 'w1', log, everyMs: 20 })
  await expect.poll(missing).toEqual(['acme/mail@2'])
  await listWorker(database, { workerId: 'w2', types: ['acme/mail@2'], validMs: 60_000 })
  expect(await missing()).toEqual([])
  expect(await findUnlistedTypes(database, [])).toEqual([])

  // One that was killed: nothing renews its entry.
  await listWorker(database, { workerId: 'w2', types: ['acme/mail@2'], validMs: -1 })
  const workers = async () =>
    (await database.withSystem((tx) => tx.selectFrom('temporal_workers').select('worker_id').execute())).length
  await expect.poll(workers).toBe(1)
  expect(await missing()).toEqual(['acme/mail@2'])
  await stop()
  expect(await workers()).toBe(0)

  const away = { ...database, withSystem: () => Promise.reject(new Error('away')) }
  await listTypes({ database: away, registry, workerId: 'w3', log })()
  expect(logs).toEqual(Array.from({ length: 2 }, () => 'temporal_worker.list_failed: retrying'))
})
