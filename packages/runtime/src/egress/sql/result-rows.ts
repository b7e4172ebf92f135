import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { SqlResult } from '@tenon/core/node'
import type { FieldDef } from 'pg'
import type { SqlSession } from './open-session.ts'
import type { PreparedSql } from './prepare-statement.ts'
import { toSqlFailure, toWriteFailure } from './sql-failures.ts'
import { encodeParameters, findTypes } from './sql-types.ts'
import { readSqlValue } from './sql-values.ts'
import { MAX_RESULT_BYTES, type Transaction } from './transaction.ts'

const FETCHED_AT_ONCE = 500
const CURSOR = 'declare tenon_rows no scroll cursor for '
/** The protocol that takes one statement only, also without values. */
const EXTENDED = { queryMode: 'extended' } as const

/** Rows of a statement. */
export interface Fetched {
  readonly rows: readonly JsonObject[]
  readonly rowCount: number
}

/** Reads the rows of a statement by a cursor, so that a longer result is not sent. */
export async function readRows(
  session: SqlSession,
  prepared: PreparedSql,
  maxRows: number,
  { limitTime }: Transaction,
): Promise<SqlResult> {
  const { client, bytes } = session
  bytes.restart(MAX_RESULT_BYTES)
  const values = await encodeParameters(session, prepared).catch((error: unknown) => {
    throw toSqlFailure(error, prepared.locate)
  })
  await client.query({ ...EXTENDED, text: CURSOR + prepared.text, values: [...values] }).catch((error: unknown) => {
    throw toSqlFailure(error, (position) => prepared.locate(position - CURSOR.length))
  })
  const rows: JsonObject[] = []
  let types: Awaited<ReturnType<typeof findTypes>> | null = null
  bytes.restart(MAX_RESULT_BYTES)
  // One more than the limit shows whether there are more.
  for (let wanted = maxRows + 1; wanted > 0; ) {
    const count = Math.min(wanted, FETCHED_AT_ONCE)
    const raw = await fetchRaw(session, `fetch ${count} from tenon_rows`, [])
    // The next statements are this client's, and the one of the node may have turned the limit off.
    await limitTime()
    types ??= await typesOf(session, raw)
    rows.push(...rowsOf(raw, types))
    wanted -= count
    if (raw.rows.length < count) break
  }
  const isTruncated = rows.length > maxRows
  if (isTruncated) rows.pop()
  return { rows, rowCount: rows.length, isTruncated, isRepeated: false }
}

/** Runs a statement that writes, and reads the rows that it returns. */
export async function writeRows(
  session: SqlSession,
  prepared: PreparedSql,
  { limitTime }: Transaction,
): Promise<Fetched> {
  session.bytes.restart(MAX_RESULT_BYTES)
  const values = await encodeParameters(session, prepared).catch((error: unknown) => {
    throw toWriteFailure(error, prepared.locate)
  })
  session.bytes.restart(MAX_RESULT_BYTES)
  const raw = await fetchRaw(session, prepared.text, values).catch((error: unknown) => {
    throw toWriteFailure(error, prepared.locate)
  })
  await limitTime()
  const rows = rowsOf(raw, await typesOf(session, raw))
  return { rows, rowCount: raw.rowCount ?? rows.length }
}

interface RawRows {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number | null
  readonly fields: readonly FieldDef[]
}

function fetchRaw({ client }: SqlSession, text: string, values: readonly (string | null)[]): Promise<RawRows> {
  return client.query<(string | null)[]>({
    ...{ ...EXTENDED, text, values: [...values], rowMode: 'array' },
    types: { getTypeParser: () => (value: string) => value },
  })
}

function typesOf(session: SqlSession, { fields }: RawRows) {
  checkNames(fields)
  return findTypes(
    session,
    fields.map(({ dataTypeID }) => dataTypeID),
  )
}

function rowsOf({ rows, fields }: RawRows, types: Awaited<ReturnType<typeof findTypes>>): JsonObject[] {
  return rows.map((row) => {
    const columns = fields.map(({ name, dataTypeID }, index): [string, Json] => [
      name,
      readSqlValue(row[index] ?? null, types(dataTypeID), name),
    ])
    return Object.fromEntries(columns)
  })
}

/** Two columns of one name would be one field. */
function checkNames(fields: readonly FieldDef[]): void {
  const names = new Set<string>()
  for (const { name } of fields) {
    if (names.has(name)) {
      throw new TenonError('SQL_INVALID', `Two columns of the result have the name "${name}"`, {
        remedy: 'Name one of them by "as".',
      })
    }
    names.add(name)
  }
}
