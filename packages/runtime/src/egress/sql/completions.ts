import { TenonError } from '@tenon/core/errors'
import { parseJson } from '@tenon/core/text'
import type { CallLimits } from '../logins.ts'
import type { SqlSession } from './open-session.ts'
import type { PreparedSql } from './prepare-statement.ts'
import type { Fetched } from './result-rows.ts'
import { inTransaction, query } from './transaction.ts'

/**
 * Statements that create the table of completions. Its schema is named: another search path, or another user, must not have
 * another table.
 */
export const COMPLETIONS_SQL = `create table if not exists public.tenon_completions (
  key text primary key,
  statement_hash text not null,
  result json,
  completed_at timestamptz not null default now()
);
revoke all on public.tenon_completions from public`

/** Errors of a database in which the user may not use or create the table, or which has no schema "public". */
const MISSING: ReadonlySet<unknown> = new Set(['42P01', '3F000', '42501'])
/** Errors of the second of two processes that create the table at once. */
const CREATED: ReadonlySet<unknown> = new Set(['42P07', '23505', 'XX000'])

/** State of the completion of a key. */
export type Completion =
  /** This transaction is the first with the key. */
  | { readonly kind: 'first' }
  | { readonly kind: 'completed'; readonly written: Fetched }
  /** The database has no table of completions, or its user may not use it. */
  | { readonly kind: 'missing' }

/** @throws {@link TenonError} `SQL_KEY_REUSED`; any error of the database. */
export async function beginCompletion(session: SqlSession, { hash }: PreparedSql, key: string): Promise<Completion> {
  try {
    const { rowCount } = await query(session, {
      text: 'insert into public.tenon_completions (key, statement_hash) values ($1, $2) on conflict (key) do nothing',
      values: [key, hash],
    })
    if (rowCount === 1) return { kind: 'first' }
  } catch (error) {
    if (!MISSING.has(stateOf(error))) throw error
    await query(session, 'rollback')
    return { kind: 'missing' }
  }
  return { kind: 'completed', written: await readCompletion(session, hash, key) }
}

async function readCompletion(session: SqlSession, hash: string, key: string): Promise<Fetched> {
  const { rows } = await query<{ statement_hash: string; result: string }>(session, {
    text: 'select statement_hash, result::text as result from public.tenon_completions where key = $1',
    values: [key],
  })
  const [row] = rows
  if (row === undefined || !isSameStatement(row.statement_hash, hash)) {
    throw new TenonError('SQL_KEY_REUSED', 'Another statement, or one with other values, was written under this key')
  }
  const reading = parseJson(row.result, { onLoss: 'keep' })
  // This client has written it.
  return (reading.ok ? reading.value : null) as unknown as Fetched
}

/** Hashes of another version cannot be compared: the key alone says that it is the same write. */
function isSameStatement(stored: string, hash: string): boolean {
  const [version] = stored.split(':', 1)
  const [ours] = hash.split(':', 1)
  return version !== ours || stored === hash
}

/**
 * Stores the result of the write beside its key.
 *
 * @throws {@link TenonError} `SQL_FAILED` if the statement has removed the row: it would run again.
 */
export async function storeCompletion(session: SqlSession, key: string, { rows, rowCount }: Fetched): Promise<void> {
  const stored = await query(session, {
    text: 'update public.tenon_completions set result = $2 where key = $1',
    values: [key, JSON.stringify({ rows, rowCount })],
  })
  if (stored.rowCount === 1) return
  throw new TenonError('SQL_FAILED', 'The statement has removed the row of its own completion', {
    retryable: false,
    remedy: 'Change no rows of tenon_completions that are new, such as those of the last day.',
    details: { sqlState: null },
  })
}

/** Creates the table, if the user may. */
export async function createCompletions(session: SqlSession, limits: CallLimits): Promise<void> {
  try {
    await inTransaction(session, 'read write', limits, () => query(session, COMPLETIONS_SQL))
  } catch (error) {
    const state = error instanceof TenonError ? (error.details?.sqlState ?? error.details?.code) : null
    if (!CREATED.has(state) && !MISSING.has(state)) throw error
  }
}

export function missingCompletions(): never {
  throw new TenonError(
    'SQL_COMPLETIONS_MISSING',
    'The database has no table public.tenon_completions, or its user may not use it',
    { details: { sql: COMPLETIONS_SQL } },
  )
}

function stateOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code
}
