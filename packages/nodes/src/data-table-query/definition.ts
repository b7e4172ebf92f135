import { defineNode } from '@tenon/core/node'
import { z } from 'zod'
import { matchParam, sortColumnParam, tableParam, whereParam } from '../shared/data-table-params.ts'

/** Reads rows of a data table of the tenant. */
export const dataTableQuery = defineNode({
  type: 'data-table-query',
  version: 1,
  title: 'Find rows',
  description: 'Read a data table',
  icon: 'M4 5h16v14H4zM4 10h16M9.5 5v14M14 15.5l1.5 1.5 3-3.5',
  category: 'data',
  params: z.object({
    table: tableParam,
    where: whereParam.meta({
      title: 'Conditions',
      description: 'Without conditions, all rows match.',
      control: 'list',
    }),
    match: matchParam,
    sortBy: sortColumnParam,
    direction: z
      .enum(['ascending', 'descending'])
      .default('ascending')
      .meta({ title: 'Direction', control: 'select', literal: true }),
    limit: z.number().int().min(1).max(1_000).default(100).meta({
      title: 'Most rows',
      description: 'The field "hasMore" is true if more rows match.',
      control: 'number',
    }),
  }),
  ports: [{ name: 'success', title: 'success' }],
  outputs: { success: { fromParam: 'table', as: 'rows' } },
  summary: 'Finds up to {limit} rows',
  effect: 'read',
  tool: { name: 'query_table', description: 'Finds rows of a data table' },
  policy: {
    timeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m', maximumAttempts: 4 },
  },
})
