import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { connectionParam, rowSchema, sqlParam, sqlValuesParam } from '../shared/sql-params.ts'

/** Reads rows of a Postgres database. */
export const postgresQuery = defineNode({
  type: 'postgres-query',
  version: 1,
  title: 'Postgres query',
  description: 'Read from a database',
  icon: 'M5 6.2c0-1.5 3.1-2.7 7-2.7s7 1.2 7 2.7-3.1 2.7-7 2.7-7-1.2-7-2.7zM5 6.2v11.6c0 1.5 3.1 2.7 7 2.7s7-1.2 7-2.7V6.2M5 12c0 1.5 3.1 2.7 7 2.7s7-1.2 7-2.7',
  category: 'action',
  params: z.object({
    connection: connectionParam('postgres', 'A connection to a Postgres database.'),
    sql: sqlParam('select id, name from customers where id = :id'),
    values: sqlValuesParam,
    maxRows: z.number().int().min(1).max(10_000).default(1_000).meta({ title: 'Most rows', control: 'number' }),
    onMoreRows: z
      .enum(['fail', 'truncate'])
      .default('fail')
      .meta({
        title: 'If there are more rows',
        description: 'Returning the first ones sets the field "truncated" to true.',
        control: 'select',
        titles: { fail: 'Fail', truncate: 'Return the first ones' },
        literal: true,
      }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({
      rows: z.array(rowSchema),
      row: rowSchema.nullable(),
      rowCount: z.number().int(),
      truncated: z.boolean(),
    }),
  },
  summary: '{sql}',
  effect: 'read',
  tool: { name: 'query_database', description: 'Reads rows from a database' },
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 4 },
  },
})
