import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Json, JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { SqlResult } from '@tenon/core/node'
import { parseJson } from '@tenon/core/text'
import type { FieldDef } from 'pg'
import type { AccountClients, CallLimits, PostgresLogin } from '../logins.ts'
import { type PreparedSql, prepareStatement, type StatementKind } from './prepare-statement.ts'
import { toSqlFailure } from './sql-failures.ts'
import { createSqlSessions, type SqlSession } from './sql-sessions.ts'
import { readSqlValue } from './sql-values.ts'

const MAX_ROWS = 10_000
const MAX_RESULT_BYTES = 8_388_608
const FETCHED_AT_ONCE = 500
/** Limit of a statement for a node without a time limit: a statement of a process that is gone ends some time. */
const LONGEST_MS = 3_600_000

/** Statement that creates the table of completions. */
export const COMPLETIONS_SQL = `create table if not exists tenon_completions (
  key text primary key,
  statement_hash text not null,
  result json,
  completed_at timestamptz not null default now()
)`

type SqlServer = AccountClients['sql'] & { close(): Promise<void> }

/**
 * Creates the client for Postgres databases.
 *
 * A write runs once for each key: its transaction first inserts the key into `tenon_completions`, which waits for another
 * transaction with that key, and stores the result beside it. So of two attempts at once, or one after the other, exactly
 * one writes.
 *
 * @see docs/adr/0087-a-write-is-completed-in-its-transaction.md
 */
export function createSqlServer(createSocket: () => Socket): SqlServer {
  const sessions = createSqlSessions(createSocket)
  return {
    async read(account, statement, limits) {
      checkMaxRows(statement.maxRows)
      const prepared = await prepareStatement(statement)
      checkKind(prepared.kind, 'read', account.login)
      return sessions.use(account, limits, async (session) => {
        const read = await inTransaction(session, 'read only', prepared, limits, () =>
          readRows(session, prepared, statement.maxRows),
        )
        if (read.isTruncated && statement.onMoreRows === 'fail') throw tooManyRows(statement.maxRows)
        return read
      })
    },
    async write(account, statement, limits) {
      checkMaxRows(statement.maxRows)
      const prepared = await prepareStatement(statement)
      checkKind(prepared.kind, 'write', account.login)
      const key = createHash('sha256').update(`${account.tenantId}\0${statement.completionKey}`).digest('hex')
      return sessions.use(account, limits, async (session) => {
        const write = () =>
          inTransaction(session, 'read write', prepared, limits, () =>
            writeOnce(session, prepared, key, statement.maxRows),
          )
        const written = await write()
        if (written !== null) return written
        await createCompletions(session, prepared)
        return (await write()) ?? missingCompletions()
      })
    },
    close: () => sessions.close(),
  }
}

function checkMaxRows(maxRows: number): void {
  if (Number.isSafeInteger(maxRows) && maxRows >= 1 && maxRows <= MAX_ROWS) return
  throw new TenonError('SQL_INVALID', `The limit of rows must be 1 to ${MAX_ROWS} (got ${maxRows})`)
}

const ALLOWED: Readonly<Record<PostgresLogin['access'], readonly StatementKind[]>> = {
  read: ['read'],
  insert: ['read', 'insert'],
  write: ['read', 'insert', 'write'],
}

function checkKind(kind: StatementKind, mode: 'read' | 'write', { access }: PostgresLogin): void {
  if (mode === 'read' && kind !== 'read') {
    throw new TenonError('SQL_FORBIDDEN', 'This node only reads, and the statement writes', {
      remedy: 'Use the node "Postgres write".',
    })
  }
  if (!ALLOWED[access].includes(kind) || (mode === 'write' && access === 'read')) {
    const what = access === 'read' ? 'only reads' : 'only reads and inserts'
    throw new TenonError('SQL_FORBIDDEN', `The connection ${what}`)
  }
}

/** Runs `work` in a transaction, which the database ends after the time of the node. */
async function inTransaction<Result>(
  { client }: SqlSession,
  mode: 'read only' | 'read write',
  prepared: PreparedSql,
  { timeoutMs }: CallLimits,
  work: () => Promise<Result>,
): Promise<Result> {
  const limitMs = Math.max(1, Math.ceil(Math.min(timeoutMs ?? LONGEST_MS, LONGEST_MS)))
  try {
    await client.query(
      `begin ${mode}; set local statement_timeout = ${limitMs}; ` +
        `set local idle_in_transaction_session_timeout = ${limitMs}; set local datestyle = 'ISO, YMD'; ` +
        `set local timezone = 'UTC'; set local intervalstyle = 'iso_8601'; set local extra_float_digits = 1; ` +
        'set local standard_conforming_strings = on',
    )
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw toSqlFailure(error, prepared)
  }
}

const CURSOR = 'declare tenon_rows no scroll cursor for '

async function readRows(session: SqlSession, prepared: PreparedSql, maxRows: number): Promise<SqlResult> {
  try {
    await session.client.query({ text: CURSOR + prepared.text, values: [...prepared.values] })
  } catch (error) {
    throw toSqlFailure(error, prepared, CURSOR.length)
  }
  const rows: JsonObject[] = []
  const size = limitBytes(session)
  try {
    // One more than the limit shows whether there are more.
    for (let wanted = maxRows + 1; wanted > 0; ) {
      const count = Math.min(wanted, FETCHED_AT_ONCE)
      const fetched = await fetchRows(session, { text: `fetch ${count} from tenon_rows`, values: [] })
      rows.push(...fetched.rows)
      wanted -= count
      if (fetched.rows.length < count) break
    }
  } catch (error) {
    throw size.isOver() ? tooManyBytes() : error
  } finally {
    size.stop()
  }
  const isTruncated = rows.length > maxRows
  if (isTruncated) rows.pop()
  return { rows, rowCount: rows.length, isTruncated, isRepeated: false }
}

interface Fetched {
  readonly rows: readonly JsonObject[]
  readonly rowCount: number
}

async function fetchRows(
  { client }: SqlSession,
  { text, values }: Pick<PreparedSql, 'text' | 'values'>,
): Promise<Fetched> {
  const { rows, rowCount, fields } = await client.query<(string | null)[]>({
    ...{ text, values: [...values], rowMode: 'array' },
    types: { getTypeParser: () => (value: string) => value },
  })
  checkNames(fields)
  const read = rows.map((row) => {
    const columns = fields.map(({ name, dataTypeID }, index): [string, Json] => [
      name,
      readSqlValue(row[index] ?? null, dataTypeID, name),
    ])
    return Object.fromEntries(columns)
  })
  return { rows: read, rowCount: rowCount ?? read.length }
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

/** Ends the session when it sends more than a result may have. */
function limitBytes({ stream }: SqlSession): { isOver(): boolean; stop(): void } {
  let bytes = 0
  const onData = (chunk: Buffer): void => {
    bytes += chunk.byteLength
    if (bytes > MAX_RESULT_BYTES) stream.destroy()
  }
  stream.on('data', onData)
  return { isOver: () => bytes > MAX_RESULT_BYTES, stop: () => void stream.off('data', onData) }
}

/** @returns Null if there is no table of completions. */
async function writeOnce(
  session: SqlSession,
  prepared: PreparedSql,
  key: string,
  maxRows: number,
): Promise<SqlResult | null> {
  const { client } = session
  const isFirst = await beginCompletion(session, prepared, key)
  if (isFirst === null) return null
  if (!isFirst) return readCompletion(session, prepared, key)
  const size = limitBytes(session)
  let written: Fetched
  try {
    written = await fetchRows(session, prepared)
  } catch (error) {
    throw size.isOver() ? tooManyBytes() : error
  } finally {
    size.stop()
  }
  if (written.rows.length > maxRows) throw tooManyRows(maxRows)
  const { rows, rowCount } = written
  await client.query({
    text: 'update tenon_completions set result = $2 where key = $1',
    values: [key, JSON.stringify({ rows, rowCount })],
  })
  return { rows, rowCount, isTruncated: false, isRepeated: false }
}

/** @returns `true` if this transaction is the first with the key; `null` if there is no table of completions. */
async function beginCompletion({ client }: SqlSession, { hash }: PreparedSql, key: string): Promise<boolean | null> {
  try {
    const { rowCount } = await client.query({
      text: 'insert into tenon_completions (key, statement_hash) values ($1, $2) on conflict (key) do nothing',
      values: [key, hash],
    })
    return rowCount === 1
  } catch (error) {
    if (stateOf(error) !== '42P01') throw error
    await client.query('rollback')
    return null
  }
}

async function readCompletion({ client }: SqlSession, { hash }: PreparedSql, key: string): Promise<SqlResult> {
  const { rows } = await client.query<{ statement_hash: string; result: string }>({
    text: 'select statement_hash, result::text as result from tenon_completions where key = $1',
    values: [key],
  })
  const [row] = rows
  if (row?.statement_hash !== hash) {
    throw new TenonError('SQL_KEY_REUSED', 'Another statement, or one with other values, was written under this key')
  }
  const reading = parseJson(row.result, { onLoss: 'keep' })
  // This client has written it.
  const stored = (reading.ok ? reading.value : null) as unknown as Fetched
  return { ...stored, isTruncated: false, isRepeated: true }
}

async function createCompletions({ client }: SqlSession, prepared: PreparedSql): Promise<void> {
  try {
    await client.query(COMPLETIONS_SQL)
  } catch (error) {
    const state = stateOf(error)
    // Two processes that create it at once: one of them fails.
    if (state === '42P07' || state === '23505') return
    if (state === '42501' || state === '25006') missingCompletions()
    throw toSqlFailure(error, prepared)
  }
}

function stateOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code
}

function missingCompletions(): never {
  throw new TenonError(
    'SQL_COMPLETIONS_MISSING',
    'The database has no table tenon_completions, and its user may not create it',
    { details: { sql: COMPLETIONS_SQL } },
  )
}

function tooManyRows(maxRows: number): TenonError {
  return new TenonError('SQL_RESULT_TOO_LARGE', `The result has more than ${maxRows} rows`, { details: { maxRows } })
}

function tooManyBytes(): TenonError {
  return new TenonError('SQL_RESULT_TOO_LARGE', `The result has more than ${MAX_RESULT_BYTES} bytes`, {
    details: { maxBytes: MAX_RESULT_BYTES },
  })
}
