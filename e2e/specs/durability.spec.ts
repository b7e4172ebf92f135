import { startTestPostgres } from '@tenon/runtime/testing'
import { killAndFinish } from '../fixtures/durability.ts'
import { launchHost } from '../fixtures/host.ts'
import { test } from '../fixtures/test.ts'

test('a host that is killed with -9 in the middle of runs finishes them, with its data in Postgres', async ({
  engine,
  temporalAddress,
}) => {
  const postgres = await startTestPostgres()
  try {
    const databaseUrl = await postgres.createDatabase()
    await killAndFinish(await launchHost({ engine, databaseUrl, temporalAddress }))
  } finally {
    await postgres.stop()
  }
})
