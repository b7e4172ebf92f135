import { implementNode } from '@tenon/core/node'
import { conditionsOf } from '../shared/data-table-params.ts'
import { dataTableQuery } from './definition.ts'

export const dataTableQueryNode = implementNode(dataTableQuery, async ({ params, tables }) => {
  const { table, where, match, sortBy, direction, limit } = params
  const { rows, hasMore } = await tables.query({
    ...{ table: table.id, where: conditionsOf(where), match, limit },
    ...(sortBy === '' ? {} : { sort: { column: sortBy, direction: direction === 'ascending' ? 'asc' : 'desc' } }),
  })
  return { port: 'success', output: { rows, row: rows[0] ?? null, count: rows.length, hasMore } }
})
