import { isJsonObject, type Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { parseJson } from '@tenon/core/text'

/** Type of a value in a database. */
export interface SqlType {
  /** OID of the type, or of the one below a domain. */
  readonly oid: number
  /** OID of the type of the items of an array; `null` for any other type. */
  readonly item: number | null
}

/** OIDs of the built-in types, which are the same in every database; those that are absent here are read as text. */
const BOOL = 16
const BYTEA = 17
const WHOLE_NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26])
const FLOATS: ReadonlySet<number> = new Set([700, 701])
const NUMERIC = 1700
const JSON_TYPES: ReadonlySet<number> = new Set([114, 3802])
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
/** Types of arrays with those of their items. */
const ITEM_TYPES: ReadonlyMap<number, number> = new Map([
  [1000, BOOL],
  [1001, BYTEA],
  [1005, 21],
  [1007, 23],
  [1016, 20],
  [1028, 26],
  [1021, 700],
  [1022, 701],
  [1231, NUMERIC],
  [199, 114],
  [3807, 3802],
  [1115, TIMESTAMP],
  [1185, TIMESTAMPTZ],
  // text, varchar, bpchar, char, uuid, date, time, timetz, interval
  ...[1009, 1015, 1014, 1002, 2951, 1182, 1183, 1270, 1187].map((oid): [number, number] => [oid, 25]),
])
/** Types whose values are texts or never read as another type. */
const TEXTS: ReadonlySet<number> = new Set([18, 19, 25, 1042, 1043, 1082, 1083, 1186, 1266, 2950])
/** Digits that a double keeps for certain. */
const EXACT_DIGITS = 15

/** Returns a built-in type; `undefined` for one that only the database knows. */
export function builtInType(oid: number): SqlType | undefined {
  const item = ITEM_TYPES.get(oid)
  if (item !== undefined) return { oid, item }
  const isKnown =
    [BOOL, BYTEA, NUMERIC, TIMESTAMP, TIMESTAMPTZ].includes(oid) ||
    [WHOLE_NUMBERS, FLOATS, JSON_TYPES, TEXTS].some((types) => types.has(oid))
  return isKnown ? { oid, item: null } : undefined
}

/**
 * Writes a value as the text of a parameter of a type.
 *
 * `null` is the null of SQL, also for JSON: its own null would be a value that is there.
 *
 * @throws {@link TenonError} `SQL_INVALID` for a list where the statement reads neither a list nor JSON.
 */
export function encodeSqlValue(value: Json, { oid, item }: SqlType, name: string): string | null {
  if (value === null) return null
  if (JSON_TYPES.has(oid)) return JSON.stringify(value)
  if (Array.isArray(value)) {
    if (item === null) {
      throw new TenonError('SQL_INVALID', `The value "${name}" is a list, and the statement reads a single value`, {
        remedy: `Write :${name}::jsonb for JSON, or a list such as any(:${name}) or :${name}::text[].`,
      })
    }
    return arrayText(value, JSON_TYPES.has(item))
  }
  return isJsonObject(value) ? JSON.stringify(value) : String(value)
}

function arrayText(items: readonly Json[], isJson: boolean): string {
  const texts = items.map((item) => {
    if (item === null) return 'NULL'
    if (Array.isArray(item) && !isJson) return arrayText(item, isJson)
    const text = isJson || isJsonObject(item) ? JSON.stringify(item) : String(item)
    return `"${text.replace(/["\\]/g, '\\$&')}"`
  })
  return `{${texts.join(',')}}`
}

/**
 * Reads the text of a column.
 *
 * Whole numbers beyond ±(2^53 − 1) and decimals of more than 15 digits stay text, so that no digit is lost. Points in time
 * are ISO 8601. JSON is a value. Types without a form in JSON are the text that Postgres gives.
 *
 * @throws {@link TenonError} `SQL_TYPE_UNSUPPORTED` for bytes.
 */
export function readSqlValue(text: string | null, { oid, item }: SqlType, column: string): Json {
  if (text === null) return null
  if (item !== null) return readArray(text, (each) => readSqlValue(each, { oid: item, item: null }, column))
  if (oid === BYTEA) {
    throw new TenonError('SQL_TYPE_UNSUPPORTED', `The column "${column}" has bytes, which no value can be`)
  }
  if (oid === BOOL) return text === 't'
  if (WHOLE_NUMBERS.has(oid)) return Number.isSafeInteger(Number(text)) ? Number(text) : text
  if (FLOATS.has(oid)) return Number.isFinite(Number(text)) ? Number(text) : text
  if (oid === NUMERIC) return readDecimal(text)
  if (oid === TIMESTAMP || oid === TIMESTAMPTZ) return readInstant(text)
  if (!JSON_TYPES.has(oid)) return text
  const reading = parseJson(text, { onLoss: 'keep' })
  return reading.ok ? reading.value : text
}

function readDecimal(text: string): Json {
  const digits = text.replace(/^-?0*\.?0*|\./g, '')
  return Number.isFinite(Number(text)) && digits.length <= EXACT_DIGITS ? Number(text) : text
}

/** Writes `2026-11-30 14:00:00.5+00` as ISO 8601; `infinity` and years before Christ stay. */
function readInstant(text: string): string {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?(\+00)?$/.test(text)
    ? text.replace(' ', 'T').replace('+00', 'Z')
    : text
}

/** Reads the text of an array, such as `{1,NULL,"a b"}`, also one whose first index is not 1. */
function readArray(source: string, readItem: (text: string | null) => Json): Json {
  const text = source.slice(source.indexOf('{'))
  let at = 0
  const readList = (): Json[] => {
    const items: Json[] = []
    at += 1
    while (at < text.length && text[at] !== '}') {
      if (text[at] === '{') items.push(readList())
      else if (text[at] === '"') items.push(readItem(readQuoted()))
      else {
        const begin = at
        while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1
        const plain = text.slice(begin, at)
        items.push(readItem(plain === 'NULL' ? null : plain))
      }
      if (text[at] === ',') at += 1
    }
    at += 1
    return items
  }
  const readQuoted = (): string => {
    let value = ''
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) {
      if (text[at] === '\\') at += 1
      value += text[at] ?? ''
    }
    at += 1
    return value
  }
  return readList()
}
