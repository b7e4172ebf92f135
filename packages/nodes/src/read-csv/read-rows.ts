import { FORBIDDEN_KEYS } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeParams } from '@tenon/core/node'
import { MAX_VALUE_TEXT_LENGTH } from '@tenon/core/run'
import { cutText } from '@tenon/core/text'
import { CsvError, parse } from 'csv-parse'
import { DELIMITERS } from '../shared/csv-params.ts'
import type { readCsv } from './definition.ts'

type Params = NodeParams<typeof readCsv>
type Value = string | number | boolean | null

/** Rows of a CSV, with those that have faults apart. */
export interface CsvRows {
  readonly items: readonly Readonly<Record<string, Value>>[]
  readonly hasMore: boolean
  readonly skipped: number
  readonly faults: readonly { readonly line: number; readonly message: string }[]
}

const MOST_FAULTS = 100
/** Most characters of a row: a quote that is not closed would make the rest of the file one. */
const MOST_RECORD = 1_048_576
/** Most fields of a row. */
const MOST_COLUMNS = 1_000

/** Most that the rows of a CSV may have together. */
export interface CsvLimits {
  /** Values of all rows: each takes memory, also an empty one. */
  readonly cells: number
  /** Characters of titles and values, as each row has them in JSON. */
  readonly characters: number
}

const LIMITS: CsvLimits = { cells: 1_000_000, characters: MAX_VALUE_TEXT_LENGTH }

/** Characters that the parser gets at once: it makes rows of all that it gets before any of them is read. */
const MOST_AT_ONCE = 65_536

/**
 * Reads rows as they arrive; no more of the text is read than the rows that are asked for.
 *
 * @throws {@link TenonError} `CSV_INVALID` with the line, for faulty quotes, for more than 1,000 columns, and for a
 * row with a fault unless such rows are skipped; `VALUE_TOO_LARGE` for rows that are too many for one value.
 */
export async function readRows(
  text: AsyncIterable<string>,
  params: Params,
  limits: CsvLimits = LIMITS,
): Promise<CsvRows> {
  const { delimiter, header, badRows, maxRows } = params
  const parser = parse({
    ...{ delimiter: DELIMITERS[delimiter], bom: true, info: true, max_record_size: MOST_RECORD },
    // Counted here, so that a row with a fault is one of many and not the end.
    ...{ relax_column_count: true, skip_empty_lines: true },
  })
  const types = new Map(params.types.map(({ column, type }) => [column, type]))
  const items: Readonly<Record<string, Value>>[] = []
  const faults: { line: number; message: string }[] = []
  let columns: readonly string[] | null = null
  let skipped = 0
  let hasMore = false
  const size = countSize(limits)
  const report = (line: number, message: string): void => {
    if (badRows === 'fail') throw invalid(line, message)
    skipped += 1
    if (faults.length < MOST_FAULTS) faults.push({ line, message })
  }
  const feeding = feed(text, parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<ParsedRecord>) {
      if (columns === null) {
        if (record.length > MOST_COLUMNS) {
          throw invalid(info.lines, `The CSV has ${record.length} columns, more than ${MOST_COLUMNS}`)
        }
        columns = header ? titlesOf(record) : record.map((_, index) => `column_${index + 1}`)
        checkTypes(types, columns)
        if (header) continue
      }
      if (items.length === maxRows) {
        hasMore = true
        break
      }
      const row = toItem(record, columns, types)
      if (typeof row === 'string') report(info.lines, row)
      else {
        size.add(row)
        items.push(row)
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw invalid(Number(error['lines'] ?? 0), messageOf(error))
  } finally {
    parser.destroy()
    await feeding
  }
  return { items, hasMore, skipped, faults }
}

interface ParsedRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

/** Writes the text to the parser as fast as it reads. An error of the text becomes one of the parser. */
async function feed(text: AsyncIterable<string>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const whole of text) {
      for (const part of slicesOf(whole)) {
        if (parser.destroyed) return
        if (parser.write(part)) continue
        await untilWritable(parser)
      }
    }
    parser.end()
  } catch (error) {
    parser.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

/** Waits until the parser takes more, or was stopped. */
function untilWritable(parser: ReturnType<typeof parse>): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      parser.off('drain', end)
      parser.off('close', end)
      resolve()
    }
    parser.on('drain', end)
    parser.on('close', end)
  })
}

/** Cuts a text, but no pair of units, since each part becomes bytes alone. */
function* slicesOf(text: string): Generator<string, void, undefined> {
  for (let from = 0; from < text.length; ) {
    const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(from + MOST_AT_ONCE - 1))
    const end = from + MOST_AT_ONCE + (isHalf ? 1 : 0)
    yield text.slice(from, end)
    from = end
  }
}

/** Counts what rows take in a value, at least: no row is refused that the value could have. */
function countSize(limits: CsvLimits): { add(row: Readonly<Record<string, Value>>): void } {
  let cells = 0
  let characters = 0
  return {
    add: (row) => {
      for (const [column, value] of Object.entries(row)) {
        cells += 1
        characters += column.length + String(value).length + 4
      }
      if (cells <= limits.cells && characters <= limits.characters) return
      const limit = cells > limits.cells ? `${limits.cells} values` : `${limits.characters} characters`
      throw new TenonError('VALUE_TOO_LARGE', `The rows of the CSV have more than ${limit} together`, {
        remedy: 'Read fewer rows of it, or leave out columns before it is read.',
      })
    },
  }
}

/** Returns the names of the columns: each is there once, and none is empty. */
function titlesOf(record: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  /** Number that the next column of a title gets, so that equal titles are not counted again and again. */
  const next = new Map<string, number>()
  return record.map((title, index) => {
    const plain = title.trim()
    const base = plain === '' || FORBIDDEN_KEYS.includes(plain) ? `column_${index + 1}` : plain
    let name = base
    let count = next.get(base) ?? 2
    for (; seen.has(name); count += 1) name = `${base}_${count}`
    next.set(base, count)
    seen.add(name)
    return name
  })
}

function checkTypes(types: ReadonlyMap<string, string>, columns: readonly string[]): void {
  for (const column of types.keys()) {
    if (columns.includes(column)) continue
    const named = columns.slice(0, 20).map((name) => `"${cutText(name, 40)}"`)
    throw new TenonError('CSV_INVALID', `The CSV has no column "${cutText(column, 80)}"`, {
      remedy: `Correct the types of the node; the columns are ${named.join(', ')}.`,
      details: { line: 1 },
    })
  }
}

/** Returns a row as an object, or what is wrong with it. */
function toItem(
  record: readonly string[],
  columns: readonly string[],
  types: ReadonlyMap<string, Params['types'][number]['type']>,
): Readonly<Record<string, Value>> | string {
  if (record.length !== columns.length) return `The row has ${record.length} fields instead of ${columns.length}`
  const entries: [string, Value][] = []
  for (const [index, column] of columns.entries()) {
    const value = convert(record[index] ?? '', types.get(column) ?? 'text')
    if (value === undefined) {
      return `"${cutText(record[index] ?? '', 40)}" in the column "${cutText(column, 40)}" is no ${types.get(column)}`
    }
    entries.push([column, value])
  }
  return Object.fromEntries(entries)
}

/** Converts a text; `undefined` if it is no value of the type. */
function convert(text: string, type: Params['types'][number]['type']): Value | undefined {
  if (type === 'text') return text
  const plain = text.trim()
  if (plain === '') return null
  if (type === 'boolean') return { true: true, false: false }[plain.toLowerCase()]
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

function messageOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'A quote is not closed'
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'There is a character after a closing quote'
    case 'INVALID_OPENING_QUOTE':
      return 'There is a quote within a field that has none around it'
    case 'CSV_MAX_RECORD_SIZE':
      return `A row has more than ${MOST_RECORD} characters; a quote may not be closed`
    default:
      return 'The row cannot be read'
  }
}

function invalid(line: number, message: string): TenonError {
  return new TenonError('CSV_INVALID', `Line ${line}: ${message}`, { details: { line } })
}
