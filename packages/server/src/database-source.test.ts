import { createDatabase } from '@tenon/runtime/postgres'
import pg from 'pg'
import { expect, test } from 'vitest'
import { watchPool } from './database-source.ts'
import type { ServerTables } from './tables/server-tables.ts'

test('a pool that outlives many servers keeps one listener for lost connections, and none of a closed server', async () => {
  // Connects to nothing: a pool opens its first connection with its first query.
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
  const lost: unknown[] = []
  const log = (...entry: unknown[]) => void lost.push(entry)
  const open = () => watchPool({ pool }, createDatabase<ServerTables>({ pool }), log)
  for (let servers = 0; servers < 3; servers += 1) await open().close()
  expect(pool.listenerCount('error')).toBe(1)
  pool.emit('error', new RangeError('gone'), undefined as never)
  expect(lost).toEqual([])

  const source = open()
  pool.emit('error', new RangeError('gone'), undefined as never)
  expect(lost).toEqual([['warn', 'database.connection_lost: an idle connection was closed', { reason: 'gone' }]])
  await source.close()
  await pool.end()
})
