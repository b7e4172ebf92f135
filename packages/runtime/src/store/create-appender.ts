import { TenonError } from '@tenon/core/errors'
import { permanentRefusal } from '../postgres/refusal.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { appendStatement, batchValues } from './append-batch.ts'
import type { Append, AppendResult } from './append-types.ts'

/** Writes to run logs, many runs in one round trip. */
export interface Appender {
  /**
   * Resolves once the append is stored.
   *
   * @throws {@link TenonError} `UNAVAILABLE` when the database does not answer; whether it was stored is then open.
   * @throws {@link TenonError} `APPEND_REFUSED` (details: `sqlState`) if the database refuses this append for good, and
   * its own error if it refuses it for now.
   */
  append(append: Append): Promise<AppendResult>
  /** Resolves when everything handed over so far is settled. */
  drain(): Promise<void>
}

export interface AppenderOptions {
  /** Most appends of one round trip. @defaultValue 200 */
  readonly maxBatch?: number
}

interface Waiting {
  readonly append: Append
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

interface ResultRow {
  readonly place: number
  readonly result: AppendResult['outcome']
  readonly first_seq: number
  readonly turn_before: number
}

/**
 * Group commit: every append that is ready while a flush is in flight goes out in the next one. A flush that the
 * database refuses is cut in half until the append at fault stands alone, so that it harms its own run only. A flush
 * that gets no answer is not sent again: it may have been stored.
 */
export function createAppender(database: RuntimeDatabase, options: AppenderOptions = {}): Appender {
  const { maxBatch = 200 } = options
  const statement = appendStatement(database.schema)
  const queue: Waiting[] = []
  let flushing: Promise<void> | null = null

  const send = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const role = await database.role()
      const rows = await database.call<ResultRow>(
        statement,
        batchValues(
          role,
          batch.map((waiting) => waiting.append),
        ),
      )
      for (const row of rows) batch[row.place - 1]?.resolve(toResult(row))
    } catch (error) {
      if (batch.length === 1 || isUnavailable(error)) {
        for (const waiting of batch) waiting.reject(toRefusal(error))
        return
      }
      const middle = Math.ceil(batch.length / 2)
      await send(batch.slice(0, middle))
      await send(batch.slice(middle))
    }
  }
  const flush = async (): Promise<void> => {
    // One turn of the event loop: what becomes ready together goes out together.
    await Promise.resolve()
    while (queue.length > 0) await send(inLockOrder(queue.splice(0, maxBatch)))
    flushing = null
  }
  return {
    append: (append) =>
      new Promise((resolve, reject) => {
        queue.push({ append, resolve, reject })
        flushing ??= flush()
      }),
    drain: async () => {
      while (flushing !== null) await flushing
    },
  }
}

/** Two processes that lock rows in one order cannot wait for each other; the sort keeps a run's appends in theirs. */
function inLockOrder(batch: readonly Waiting[]): readonly Waiting[] {
  const keyOf = ({ append }: Waiting) => `${append.tenantId}/${append.runId}`
  return [...batch].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0))
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TenonError && error.code === 'UNAVAILABLE'
}

function toRefusal(error: unknown): unknown {
  const sqlState = permanentRefusal(error)
  if (sqlState === null) return error
  const message = `The database cannot store a value of the run (SQLSTATE ${sqlState})`
  return new TenonError('APPEND_REFUSED', message, { cause: error, details: { sqlState } })
}

function toResult(row: ResultRow): AppendResult {
  if (row.result !== 'ok') return { outcome: row.result }
  return { outcome: 'ok', firstSeq: row.first_seq, turnBefore: row.turn_before }
}
