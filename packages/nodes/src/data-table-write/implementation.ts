import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type DataChange, implementNode, type NodeParams } from '@tenon/core/node'
import { conditionsOf } from '../shared/data-table-params.ts'
import { dataTableWrite } from './definition.ts'

export const dataTableWriteNode = implementNode(dataTableWrite, async ({ params, tables, idempotencyKey, log }) => {
  const written = await tables.write({
    ...{ table: params.table.id, change: changeOf(params), completionKey: idempotencyKey },
  })
  const { rows, inserted, updated, deleted } = written
  if (written.isRepeated) log('info', 'An earlier attempt has made the change; its result is used')
  return { port: 'success', output: { rows, row: rows[0] ?? null, count: rows.length, inserted, updated, deleted } }
})

function changeOf({ operation, values, rows, where, match, maxRows }: NodeParams<typeof dataTableWrite>): DataChange {
  // Params contain JSON only.
  const given = values as JsonObject
  if (operation === 'insert' || operation === 'upsert') {
    const list = rows as readonly JsonObject[] | undefined
    return { kind: operation, rows: list === undefined ? [given] : list.map((row) => ({ ...row, ...given })) }
  }
  if (where.length === 0) {
    throw new TenonError('DATA_QUERY_INVALID', `To ${operation} rows, the node needs a condition`)
  }
  const filter = { where: conditionsOf(where), match }
  return operation === 'delete'
    ? { kind: 'delete', filter, maxRows }
    : { kind: 'update', filter, values: given, maxRows }
}
