import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testDirectory } from '../testing/postgres.ts'
import { openPGlite } from './open-pglite.ts'

test.each<[unknown, string]>([
  ['idb://data', 'dataDir must be the path of a directory, or "memory://" for a database in memory (got "idb://data")'],
  ['file:///data', 'dataDir must be the path of a directory'],
  ['postgres://ada:hunter2secret@localhost/app', 'dataDir must be the path of a directory'],
  ['', 'dataDir must be a text that is not empty (got "")'],
  [{ dataDir: './data' }, 'dataDir must be a text that is not empty (got a value of type object)'],
])('openPGlite refuses %j and makes no folder of it', async (dataDir, message) => {
  const error: unknown = await openPGlite(dataDir as string).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) })
  expect(String(error)).not.toContain('hunter2secret')
  expect(existsSync('idb:') || existsSync('file:') || existsSync('postgres:')).toBe(false)
})

test("openPGlite takes PGlite's own notation for a database in memory", async () => {
  const pglite = await openPGlite('memory://')
  expect((await pglite.query('select 7 as x')).rows).toEqual([{ x: 7 }])
  expect(existsSync('memory:')).toBe(false)
  await pglite.close()
}, 120_000)

test('openPGlite keeps a directory to itself, and what is written in it', async () => {
  const directory = await testDirectory()
  const first = await openPGlite(directory)
  await first.exec('create table kept (x int); insert into kept values (7)')
  await expect(openPGlite(directory)).rejects.toMatchObject({ code: 'DB_DIRECTORY_LOCKED' })
  await first.close()
  const second = await openPGlite(directory)
  expect((await second.query('select x from kept')).rows).toEqual([{ x: 7 }])
  await second.close()
  await rm(directory, { recursive: true, force: true })
}, 120_000)
