import { TenonError } from '@tenon/core/errors'
import type pg from 'pg'
import type { QueryResultRow } from 'pg'
import type { CallLimits } from '../logins.ts'
import type { SqlSession } from './open-session.ts'
import { toSqlFailure, toWriteFailure } from './sql-failures.ts'

export const MAX_RESULT_BYTES = 8_388_608
/** Limit of a statement for a node without a time limit: a statement of a process that is gone ends some time. */
const LONGEST_MS = 3_600_000

const SETTINGS = `set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'iso_8601';
set local extra_float_digits = 1; set local standard_conforming_strings = on`

/** Transaction in which work runs. */
export interface Transaction {
  /** Sets the time limits again, which a statement may have changed. */
  limitTime(): Promise<void>
}

/** Runs a statement, for which the database may send as many bytes as for a result. */
export function query<Row extends QueryResultRow>(
  { client, bytes }: SqlSession,
  statement: string | pg.QueryConfig<unknown[]>,
): Promise<pg.QueryResult<Row>> {
  bytes.restart(MAX_RESULT_BYTES)
  return client.query<Row>(statement)
}

/** Runs `work` in a transaction, which the database ends after the time of the node. */
export async function inTransaction<Result>(
  session: SqlSession,
  mode: 'read only' | 'read write',
  { timeoutMs }: CallLimits,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const limitMs = Math.max(1, Math.ceil(Math.min(timeoutMs ?? LONGEST_MS, LONGEST_MS)))
  const timeLimits = `set local statement_timeout = ${limitMs}; set local idle_in_transaction_session_timeout = ${limitMs}`
  let isCommitting = false
  try {
    await query(session, `begin ${mode}; ${timeLimits}; ${SETTINGS}`)
    const result = await work({
      limitTime: async () => {
        await session.client.query(timeLimits)
      },
    })
    isCommitting = true
    await query(session, 'commit')
    return result
  } catch (error) {
    const isTooLarge = session.bytes.isOver
    await session.client.query('rollback').catch(() => undefined)
    // A commit whose answer is lost may have happened.
    if (isTooLarge && !isCommitting) throw tooManyBytes()
    throw mode === 'read only' ? toSqlFailure(error, null) : toWriteFailure(error, null)
  }
}

function tooManyBytes(): TenonError {
  return new TenonError('SQL_RESULT_TOO_LARGE', `The result has more than ${MAX_RESULT_BYTES} bytes`, {
    details: { maxBytes: MAX_RESULT_BYTES },
  })
}
