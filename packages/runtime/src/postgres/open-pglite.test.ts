import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { testDirectory } from '../testing/postgres.ts'
import { openPGlite } from './open-pglite.ts'

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
