import { isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { implementNode, type NodeParams } from '@tenon/core/node'
import { stringify } from 'csv-stringify/sync'
import { DELIMITERS } from '../shared/csv-params.ts'
import { writeCsv } from './definition.ts'

type Params = NodeParams<typeof writeCsv>

/** Rows that are written at once. */
const ROWS = 1_000
const BYTE_ORDER_MARK = '\uFEFF'

export const writeCsvNode = implementNode(writeCsv, async ({ params, files }) => {
  const items = params.items as readonly Json[]
  const columns = columnsOf(params, items)
  if (params.result === 'text') {
    return { port: 'success', output: { text: [...rowsAsText(params, items, columns)].join(''), count: items.length } }
  }
  const file = await files.put(streamOf(rowsAsText(params, items, columns), params.bom), {
    name: params.fileName === '' ? 'data.csv' : params.fileName,
    type: 'text/csv',
  })
  return { port: 'success', output: { file, count: items.length } }
})

interface Column {
  readonly title: string
  readonly path: readonly string[]
}

/** Returns the columns of the params, or the fields of all items in the order in which they first occur. */
function columnsOf({ columns }: Params, items: readonly Json[]): readonly Column[] {
  if (columns.length > 0) {
    return columns.map(({ column, field }) => ({ title: column, path: field === '' ? [column] : field.split('.') }))
  }
  const names = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (!isJsonObject(item)) {
      throw new TenonError('NODE_PARAMS_INVALID', `Item ${index + 1} of the list is not an object`, {
        remedy: 'Give a list of objects, or name the columns.',
        details: { issues: [{ path: ['items', index], code: 'type', message: 'It must be an object' }] },
      })
    }
    for (const name of Object.keys(item)) names.add(name)
  }
  return [...names].map((name) => ({ title: name, path: [name] }))
}

/** Writes some rows at a time. */
function* rowsAsText(
  { delimiter, header, escapeFormulas }: Params,
  items: readonly Json[],
  columns: readonly Column[],
): Generator<string, void, undefined> {
  const options = { delimiter: DELIMITERS[delimiter], escape_formulas: escapeFormulas }
  if (header && columns.length > 0) yield stringify([columns.map(({ title }) => title)], options)
  for (let from = 0; from < items.length; from += ROWS) {
    const rows = items.slice(from, from + ROWS).map((item) => columns.map(({ path }) => cellOf(valueAt(item, path))))
    yield stringify(rows, options)
  }
}

function valueAt(item: Json, path: readonly string[]): Json {
  let at = item
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return null
    at = (at as Readonly<Record<string, Json>>)[key] ?? null
  }
  return at
}

/** A list or an object in a cell is JSON; null is an empty cell. Numbers are no formulas. */
function cellOf(value: Json): string | number {
  if (value === null) return ''
  if (typeof value === 'string' || typeof value === 'number') return value
  return JSON.stringify(value)
}

function streamOf(texts: Iterator<string, void, undefined>, hasMark: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let isFirst = true
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = texts.next()
      const start = isFirst && hasMark ? BYTE_ORDER_MARK : ''
      isFirst = false
      const text = start + (next.done === true ? '' : next.value)
      if (text !== '') controller.enqueue(encoder.encode(text))
      if (next.done === true) controller.close()
    },
  })
}
