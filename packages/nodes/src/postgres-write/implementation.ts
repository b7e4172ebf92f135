import { implementNode } from '@tenon/core/node'
import { sqlValues } from '../shared/sql-params.ts'
import { postgresWrite } from './definition.ts'

export const postgresWriteNode = implementNode(postgresWrite, async ({ params, sql, idempotencyKey, log }) => {
  const { sql: text, values, maxRows } = params
  const written = await sql.write({ sql: text, values: sqlValues(values), maxRows, completionKey: idempotencyKey })
  if (written.isRepeated) log('info', 'An earlier attempt has written; its result is used')
  const { rows, rowCount } = written
  return { port: 'success', output: { rows: [...rows], row: rows[0] ?? null, rowCount } }
})
