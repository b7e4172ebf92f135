import { sha256Hex } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { PolledItem, PollResult } from '@tenon/core/node'
import { z } from 'zod'
import { pathOf } from '../kit/path-of.ts'
import type { ServicePoll } from '../kit/poll-trigger.ts'
import type { CallService } from '../kit/service.ts'

const cell = z.union([z.string(), z.number(), z.boolean()])
/** Row that starts a run: its number, and its cells by the names of the columns. */
export const polledRow = z.object({ row: z.number().int(), values: z.record(z.string(), cell) })
const sheetList = z.object({
  sheets: z.array(
    z.object({
      properties: z.object({
        title: z.string(),
        gridProperties: z.object({ rowCount: z.number().int(), columnCount: z.number().int() }).optional(),
      }),
    }),
  ),
})
const rangeList = z.object({ valueRanges: z.array(z.object({ values: z.array(z.array(cell)).default([]) })) })
const cursorSchema = z.object({
  /** Number of the last known row; 1 is the row with the names. */
  row: z.number().int(),
  /** Hashes of the last known rows, down to that one; empty ones for rows without cells. */
  tail: z.array(z.string()),
  /** Raised when rows are deleted, since a later row gets the number of an earlier one. */
  era: z.number().int(),
})
type Known = z.output<typeof cursorSchema>
type Row = readonly z.output<typeof cell>[]
type Params = { readonly spreadsheet: string; readonly sheet: string }
/** Reads the names of the columns, and rows from a number on; rows without cells at the end are left out. */
type ReadRows = (from: number, count: number) => Promise<{ readonly names: Row; readonly rows: readonly Row[] }>

const TAIL = 50
const MOST_ROWS = 400
const SCAN_ROWS = 2_000
const MOST_SCANS = 10
/** Rows that a person sees before the first run. */
const FIRST_ROWS = 20

/**
 * Finds the rows below the last known one. Rows above may be deleted or inserted, since the last known rows are recognized by
 * their cells; if none of them is found in a shorter sheet, all its rows are new.
 *
 * @throws {@link TenonError} `HTTP_RESPONSE_INVALID` if there is no such sheet, or it is too long for the first poll.
 */
export async function pollRows({ params, cursor, begin, call }: ServicePoll<Params>): Promise<PollResult> {
  const read = await readerOf(call, params)
  if (cursor === null && begin === 'new') return findEnd(read)
  const known: Known = cursor === null ? { row: 1, tail: [], era: 0 } : cursorSchema.parse(cursor)
  let from = Math.max(known.row - TAIL + 1, 2)
  let { names, rows } = await read(from, known.row - from + 1 + MOST_ROWS)
  let start = firstNewRow(known, from, rows)
  const isShorter = from + rows.length <= known.row
  if (start === null && isShorter) {
    from = 2
    ;({ names, rows } = await read(from, known.row))
    start = firstNewRow(known, from, rows) ?? from
  }
  start ??= known.row + 1
  const era = start <= known.row ? known.era + 1 : known.era
  const added = rows.slice(start - from, start - from + MOST_ROWS)
  const row = start - 1 + added.length
  return {
    items: added.flatMap((cells, index) => itemOf(names, cells, start + index, era)),
    cursor: {
      row,
      tail: rows
        .slice(0, row - from + 1)
        .slice(-TAIL)
        .map(hashOf),
      era,
    },
    hasMore: added.length === MOST_ROWS,
  }
}

/** Finds the end of the sheet: the first poll passes over its rows. */
async function findEnd(read: ReadRows): Promise<PollResult> {
  let last: readonly Row[] = []
  for (let scan = 0; scan < MOST_SCANS; scan += 1) {
    const { names, rows } = await read(2 + scan * SCAN_ROWS, SCAN_ROWS)
    last = [...last, ...rows].slice(-TAIL)
    if (rows.length === SCAN_ROWS) continue
    const row = 1 + scan * SCAN_ROWS + rows.length
    const shown = last.slice(-FIRST_ROWS)
    return {
      items: shown.flatMap((cells, index) => itemOf(names, cells, row - shown.length + 1 + index, 0)),
      cursor: { row, tail: last.map(hashOf), era: 0 },
    }
  }
  throw invalid(
    `it has more than ${MOST_SCANS * SCAN_ROWS} rows`,
    'Use a sheet with fewer rows, or begin with all that is there.',
  )
}

/**
 * Finds the first row below the known ones: the last known row that is still there says how far the rows have moved. Rows below
 * it that were known have been changed, and are not new.
 *
 * @returns Its number; `null` if none of the last known rows is there.
 */
function firstNewRow(known: Known, from: number, rows: readonly Row[]): number | null {
  if (known.row === 1) return 2
  const hashes = rows.map(hashOf)
  for (let back = 1; back <= known.tail.length; back += 1) {
    const hash = known.tail.at(-back)
    const row = known.row - back + 1
    const matches = hash === '' ? [] : hashes.flatMap((each, index) => (each === hash ? [from + index] : []))
    if (matches.length === 0) continue
    const nearest = matches.reduce((best, match) => (Math.abs(match - row) < Math.abs(best - row) ? match : best))
    return known.row + (nearest - row) + 1
  }
  return null
}

function itemOf(names: Row, cells: Row, row: number, era: number): PolledItem[] {
  if (cells.every((value) => value === '')) return []
  const values = new Map<string, Row[number]>()
  for (const [index, value] of cells.entries()) {
    const name = String(names[index] ?? '').trim() || `Column ${index + 1}`
    values.set(values.has(name) ? `${name} (${index + 1})` : name, value)
  }
  return [{ id: `${era} ${row} ${hashOf(cells)}`, data: { row, values: Object.fromEntries(values) } }]
}

function hashOf(cells: Row): string {
  return cells.every((value) => value === '') ? '' : sha256Hex(JSON.stringify(cells)).slice(0, 12)
}

async function readerOf(call: CallService, { spreadsheet, sheet }: Params): Promise<ReadRows> {
  const path = pathOf`/v4/spreadsheets/${spreadsheet}`
  const query = { fields: 'sheets.properties(title,gridProperties(rowCount,columnCount))' }
  const { sheets } = sheetList.parse(await call({ path, query }))
  const grid = sheets.find(({ properties }) => properties.title === sheet)?.properties.gridProperties
  if (grid === undefined) throw invalid('the spreadsheet has no such sheet', 'Enter the name of a sheet with rows.')
  const { rowCount, columnCount } = grid
  const range = (first: number, last: number) => `'${sheet.replaceAll("'", "''")}'!R${first}C1:R${last}C${columnCount}`
  return async (from, count) => {
    // Google refuses a range that begins below the last row of the grid.
    const wanted = from > rowCount ? [] : [range(from, Math.min(from + count - 1, rowCount))]
    const options = { valueRenderOption: 'UNFORMATTED_VALUE', dateTimeRenderOption: 'FORMATTED_STRING' }
    const body = await call({
      path: `${path}/values:batchGet`,
      query: { ranges: [range(1, 1), ...wanted], ...options },
    })
    const [head, rest] = rangeList.parse(body).valueRanges
    return { names: head?.values[0] ?? [], rows: rest?.values ?? [] }
  }
}

function invalid(why: string, remedy: string): TenonError {
  return new TenonError('HTTP_RESPONSE_INVALID', `Google Sheets: ${why}`, { remedy, retryable: false })
}
