import type { Json, JsonObject } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { ColumnType, DataColumn } from '@tenon/core/node'
import { encodeValue } from '@tenon/core/run'
import { isNumberText, textFault } from '@tenon/core/text'

/** Longest key of a row. */
const MAX_KEY = 500
/** A date, or a time with its zone. */
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/
/** NUL in JSON text, which the type jsonb cannot hold. */
const NUL = /(?<!\\)(?:\\\\)*\\u0000/

/** Values of a row in the form in which they are stored. */
export interface PreparedRow {
  /** Values by column, without those that are null. */
  readonly values: JsonObject
  /** The same as canonical JSON. */
  readonly text: string
  /** Bytes of the text as the database returns it, which has numbers without exponents. */
  readonly size: number
  /** Value of the key column as text; `null` without one. */
  readonly keyText: string | null
}

/** Columns of a table, and the one that is its key. */
export interface RowShape {
  readonly columns: readonly DataColumn[]
  readonly keyColumn: string | null
}

/**
 * Checks values and gives them the form in which they are stored.
 *
 * @param given - Values by column; `null` removes one.
 * @param before - Values that the row has. @defaultValue a new row
 * @throws {@link TenonError} `DATA_ROW_INVALID` with an issue for each fault; `DATA_LIMIT_EXCEEDED` if it has more than
 * `maxBytes`.
 */
export function prepareRow(
  { columns, keyColumn }: RowShape,
  given: JsonObject,
  { before = {}, maxBytes }: { readonly before?: JsonObject; readonly maxBytes: number },
): PreparedRow {
  const issues: ProblemIssue[] = []
  const report = (column: string, message: string): void =>
    void issues.push({ path: ['values', column], code: 'DATA_ROW_INVALID', message })
  const values: Record<string, Json> = {}
  for (const { name, type, isRequired } of columns) {
    const value = Object.hasOwn(given, name) ? given[name] : valueIn(before, name)
    if (value === undefined || value === null) {
      if (isRequired) report(name, `"${name}" needs a value`)
      continue
    }
    const stored = storedValue(type, value)
    if (stored === undefined) report(name, `"${name}" must be ${EXPECTED[type]}`)
    else values[name] = stored
  }
  for (const name of Object.keys(given)) {
    if (!columns.some((column) => column.name === name)) report(name, `The table has no column "${name}"`)
  }
  const keyText = keyColumn === null ? null : keyTextOf(valueIn(values, keyColumn))
  if (keyColumn !== null && keyText !== null && keyText.length > MAX_KEY) {
    report(keyColumn, `"${keyColumn}" may have ${MAX_KEY} characters, since it is the key`)
  }
  if (issues.length > 0) throw invalidRow(issues)
  const { text } = encodeValue(values)
  if (hasNul(text)) throw invalidRow([issueOf('A value contains a NUL character')])
  const size = Buffer.byteLength(text) + digitsBeyond(values)
  if (size > maxBytes) {
    throw new TenonError('DATA_LIMIT_EXCEEDED', `The row has ${size} bytes, more than ${maxBytes}`, {
      details: { size, limit: maxBytes },
    })
  }
  return { values, text, size, keyText }
}

/** Returns the digits that a value has in the type jsonb and not in JSON: it writes 1e308 with 309 digits. */
function digitsBeyond(value: Json): number {
  if (typeof value === 'number') return plainLength(value) - String(value).length
  if (typeof value !== 'object' || value === null) return 0
  let digits = 0
  for (const item of Object.values(value)) digits += digitsBeyond(item as Json)
  return digits
}

/** Returns the length of a number that is written without an exponent. */
function plainLength(number: number): number {
  const text = String(number)
  const [mantissa = '', exponent] = text.split('e')
  if (exponent === undefined) return text.length
  const power = Number(exponent)
  const digits = mantissa.replace(/[-.]/g, '').length
  return (number < 0 ? 1 : 0) + (power > 0 ? power + 1 : 1 - power + digits)
}

/** Returns the value of a column; `undefined` without one, also if each object has something of that name (`constructor`). */
export function valueIn(values: JsonObject, column: string): Json | undefined {
  return Object.hasOwn(values, column) ? values[column] : undefined
}

/** Checks JSON text for the character NUL, which the type jsonb cannot hold. */
export function hasNul(json: string): boolean {
  return NUL.test(json)
}

/** Returns the text by which rows with the same key are found; `null` without a key. */
export function keyTextOf(value: Json | undefined): string | null {
  return value === undefined || value === null ? null : String(value)
}

/** Reads a value as one of a type; `undefined` if it is none. Texts of numbers, `true` and `false` are read as such. */
export function storedValue(type: ColumnType, value: Json): Json | undefined {
  switch (type) {
    case 'text':
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
      return typeof value === 'string' && textFault(value) === null ? value : undefined
    case 'number':
      return typeof value === 'string' ? numberOf(value) : typeof value === 'number' ? value : undefined
    case 'boolean':
      if (value === 'true' || value === 'false') return value === 'true'
      return typeof value === 'boolean' ? value : undefined
    case 'instant':
      return typeof value === 'string' ? instantOf(value) : undefined
    case 'json':
      return value
  }
}

/** Names what a column takes, for people. */
export const EXPECTED: Readonly<Record<ColumnType, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'true or false',
  instant: 'a date, or a time with its zone, such as 2026-11-30T09:00:00Z',
  json: 'a JSON value',
}

/** Reads a number without a loss of digits. */
function numberOf(text: string): number | undefined {
  if (!isNumberText(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) && digitsOf(text) === digitsOf(String(number)) ? number : undefined
}

/** Returns the digits of the text of a number, without zeros at its ends and its exponent. */
function digitsOf(text: string): string {
  return text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '')
}

/** Returns the instant in UTC with milliseconds, so that the order of the texts is that of the instants. */
function instantOf(text: string): string | undefined {
  const match = INSTANT.exec(text)
  if (match === null) return undefined
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // Otherwise the 30th of February would be the 2nd of March.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) return undefined
  const instant = new Date(at).toISOString()
  // A zone may take it out of the years with four digits.
  return instant.length === 24 ? instant : undefined
}

export function invalidRow(issues: readonly ProblemIssue[]): TenonError {
  return new TenonError('DATA_ROW_INVALID', issues[0]?.message ?? 'The row is not valid', {
    details: { issues: [...issues] },
  })
}

function issueOf(message: string): ProblemIssue {
  return { path: ['values'], code: 'DATA_ROW_INVALID', message }
}
