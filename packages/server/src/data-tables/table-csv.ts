import type { Json, TenantId } from '@tenon/core/document'
import type { DataTables, RowPosition, StoredDataTable, StoredRow } from '@tenon/runtime'

/** Rows that are read at once. */
const PAGE = 500
/** Characters with which spreadsheets begin a formula. */
const FORMULA = /^[=+\-@\t\r]/

/**
 * Streams the rows of a table as CSV (RFC 4180) in the order in which they were added. A text that a spreadsheet would run as
 * a formula gets an apostrophe before it.
 */
export function tableCsv(
  dataTables: DataTables,
  tenantId: TenantId,
  table: StoredDataTable,
): ReadableStream<Uint8Array> {
  const names = table.columns.map(({ name }) => name)
  let after: RowPosition | null = null
  let isFirst = true
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const page = { where: [], match: 'all', limit: PAGE, after } as const
        const { rows, hasMore } = await dataTables.rows(tenantId, table.tableId, page)
        const lines = rows.map((row) => lineOf(row, names))
        if (isFirst) lines.unshift(['id', ...names, 'createdAt', 'updatedAt'].map(cell).join(','))
        isFirst = false
        if (lines.length > 0) controller.enqueue(new TextEncoder().encode(`${lines.join('\r\n')}\r\n`))
        after = { id: rows.at(-1)?.id ?? 0, value: null }
        if (!hasMore || rows.length === 0) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

function lineOf({ id, values, createdAt, updatedAt }: StoredRow, names: readonly string[]): string {
  const times = [createdAt, updatedAt].map((at) => new Date(at).toISOString())
  return [id, ...names.map((name) => (Object.hasOwn(values, name) ? (values[name] ?? null) : null)), ...times]
    .map(cell)
    .join(',')
}

function cell(value: Json): string {
  if (value === null) return ''
  if (typeof value !== 'string') return quoted(typeof value === 'object' ? JSON.stringify(value) : String(value))
  return quoted(FORMULA.test(value) ? `'${value}` : value)
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
