import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@tenon/core/document'
import type { DataColumn, DataCondition, DataWrite } from '@tenon/core/node'
import { createDataTables } from '../data-tables/data-tables.ts'
import { nodeTablesOf } from '../data-tables/node-tables.ts'
import type { DataTableLimits } from '../data-tables/table-limits.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'

/** Columns of each type. */
export const COLUMNS: readonly DataColumn[] = [
  { name: 'email', type: 'text', isRequired: true },
  { name: 'total', type: 'number', isRequired: false },
  { name: 'paid', type: 'boolean', isRequired: false },
  { name: 'due', type: 'instant', isRequired: false },
  { name: 'tags', type: 'json', isRequired: false },
]

/** Opens a table of a new tenant, with a run that changes it. */
export async function openDataTable(
  database: RuntimeDatabase,
  limits: DataTableLimits = {},
  keyColumn: string | null = 'email',
  columns: readonly DataColumn[] = COLUMNS,
) {
  const lines: string[] = []
  const dataTables = createDataTables({
    database,
    log: (_, message) => void lines.push(message),
    limitsOf: () => limits,
  })
  const tenantId = `t-${randomUUID()}`
  const runId = randomUUID()
  const setStatus = (status: string) =>
    database.withTenant(tenantId, (tx) =>
      tx.updateTable('runs').set({ status }).where('tenant_id', '=', tenantId).execute(),
    )
  await database.withTenant(tenantId, (tx) =>
    tx
      .insertInto('runs')
      .values({
        ...{ tenant_id: tenantId, run_id: runId, start_week: 1, trace_id: 't', workflow_id: 'w', version: '1' },
        ...{ mode: 'live', engine: 'embedded', plan_hash: 'p', semantics: 1, status: 'running', turn: 0, next_seq: 1 },
        ...{ head_hash: Buffer.alloc(0), queued_at: 1, started_at: 1, finished_at: null, outcome: null, output: null },
        ...{ error: null, parent_run_id: null, parent_node_run_id: null, parent_wait_id: null, root_run_id: null },
        ...{ concurrency_key: null, rate_key: null, rerun_of: null, rerun_from: null, first_version: null },
        ...{ first_plan_hash: null, handles_run_id: null, handled_by_run_id: null, started_by: null },
      })
      .execute(),
  )
  const table = await dataTables.create(tenantId, { name: 'Orders', columns, keyColumn, createdBy: null })
  const { tableId } = table
  const attempt = new AbortController()
  const { tables, keyValues } = nodeTablesOf(dataTables, { tenantId, runId }, () => attempt.signal)
  let changes = 0
  const write = (change: DataWrite['change'], completionKey?: string) => {
    changes += 1
    return tables.write({ table: tableId, change, completionKey: completionKey ?? `k${changes}` })
  }
  const insert = (...rows: readonly JsonObject[]) => write({ kind: 'insert', rows })
  const emails = async (where: readonly DataCondition[], match: 'all' | 'any' = 'all') =>
    (await tables.query({ table: tableId, where, match, limit: 100 })).rows.map(({ email }) => email)
  const counts = async () => {
    const { rowCount, bytes } = (await dataTables.find(tenantId, tableId)) ?? { rowCount: 0, bytes: 0 }
    return { rowCount, bytes }
  }
  return {
    database,
    dataTables,
    tenantId,
    runId,
    tableId,
    table,
    tables,
    keyValues,
    write,
    insert,
    emails,
    counts,
    attempt,
    setStatus,
    lines,
  }
}
