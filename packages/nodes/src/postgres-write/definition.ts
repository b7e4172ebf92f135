import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { connectionParam, rowSchema, sqlParam, sqlValuesParam } from '../shared/sql-params.ts'

/** Changes rows of a Postgres database, exactly once for each node run. */
export const postgresWrite = defineNode({
  type: 'postgres-write',
  version: 1,
  title: 'Postgres write',
  description: 'Change rows, once',
  icon: 'M5 6.2c0-1.5 3.1-2.7 7-2.7s7 1.2 7 2.7-3.1 2.7-7 2.7-7-1.2-7-2.7zM5 6.2v11.6c0 1.5 3.1 2.7 7 2.7s7-1.2 7-2.7V6.2M5 12c0 1.5 3.1 2.7 7 2.7s7-1.2 7-2.7M15 20.5l1-3 5-5',
  category: 'action',
  params: z.object({
    connection: connectionParam('postgres', 'A connection to a Postgres database that allows this kind of statement.'),
    sql: sqlParam('insert into orders (id, total) values (:id, :total) returning id'),
    values: sqlValuesParam,
    maxRows: z.number().int().min(1).max(10_000).default(1_000).meta({
      title: 'Most rows to return',
      description: 'If the statement returns more, nothing is written.',
      control: 'number',
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: {
    success: z.object({ rows: z.array(rowSchema), row: rowSchema.nullable(), rowCount: z.number().int() }),
  },
  summary: '{sql}',
  effect: 'write',
  tool: { name: 'write_database', description: 'Changes rows of a database' },
  // The completion in the same transaction makes a repetition harmless.
  idempotentWhen: 'true',
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 5 },
  },
})
