import { implementNode } from '@tenon/core/node'
import { sqlValues } from '../shared/sql-params.ts'
import { postgresQuery } from './definition.ts'

export const postgresQueryNode = implementNode(postgresQuery, async ({ params, sql }) => {
  const { sql: text, values, maxRows, onMoreRows } = params
  const { rows, rowCount, isTruncated } = await sql.read({ sql: text, values: sqlValues(values), maxRows, onMoreRows })
  return { port: 'success', output: { rows: [...rows], row: rows[0] ?? null, rowCount, truncated: isTruncated } }
})
