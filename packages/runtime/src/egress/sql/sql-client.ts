import { createHash } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import type { SqlResult } from '@tenon/core/node'
import type { GuardedSockets } from '../guarded-socket.ts'
import type { AccountClients, PostgresLogin } from '../logins.ts'
import { beginCompletion, createCompletions, missingCompletions, storeCompletion } from './completions.ts'
import type { SqlSession } from './open-session.ts'
import { type PreparedSql, prepareStatement, type StatementKind } from './prepare-statement.ts'
import { readRows, writeRows } from './result-rows.ts'
import { createSqlSessions } from './sql-sessions.ts'
import { inTransaction, type Transaction } from './transaction.ts'

const MAX_ROWS = 10_000
const MAX_KEY_LENGTH = 1_000

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
export function createSqlServer(sockets: GuardedSockets): SqlServer {
  const sessions = createSqlSessions(sockets)
  return {
    async read(account, statement, limits) {
      checkMaxRows(statement.maxRows)
      const prepared = await prepareStatement(statement)
      checkKind(prepared.kind, 'read', account.login)
      return sessions.use(account, limits, async (session) => {
        const read = await inTransaction(session, 'read only', limits, (transaction) =>
          readRows(session, prepared, statement.maxRows, transaction),
        )
        if (read.isTruncated && statement.onMoreRows === 'fail') throw tooManyRows(statement.maxRows)
        return read
      })
    },
    async write(account, statement, limits) {
      checkMaxRows(statement.maxRows)
      checkKey(statement.completionKey)
      const prepared = await prepareStatement(statement)
      checkKind(prepared.kind, 'write', account.login)
      const key = createHash('sha256').update(`${account.tenantId}\0${statement.completionKey}`).digest('hex')
      return sessions.use(account, limits, async (session) => {
        const write = () =>
          inTransaction(session, 'read write', limits, (transaction) =>
            writeOnce(session, prepared, key, statement.maxRows, transaction),
          )
        const written = await write()
        if (written !== null) return written
        await createCompletions(session, limits)
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

/** An empty key would make every write of the tenant the same one. */
function checkKey({ length }: string): void {
  if (length >= 1 && length <= MAX_KEY_LENGTH) return
  throw new TenonError('SQL_INVALID', `The key of a write must have 1 to ${MAX_KEY_LENGTH} characters (got ${length})`)
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

/** @returns Null if there is no table of completions. */
async function writeOnce(
  session: SqlSession,
  prepared: PreparedSql,
  key: string,
  maxRows: number,
  transaction: Transaction,
): Promise<SqlResult | null> {
  const completion = await beginCompletion(session, prepared, key)
  if (completion.kind === 'missing') return null
  if (completion.kind === 'completed') return { ...completion.written, isTruncated: false, isRepeated: true }
  const written = await writeRows(session, prepared, transaction)
  if (written.rows.length > maxRows) throw tooManyRows(maxRows)
  await storeCompletion(session, key, written)
  return { ...written, isTruncated: false, isRepeated: false }
}

function tooManyRows(maxRows: number): TenonError {
  return new TenonError('SQL_RESULT_TOO_LARGE', `The result has more than ${maxRows} rows`, { details: { maxRows } })
}
