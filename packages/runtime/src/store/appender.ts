import { TenonError } from '@tenon/core/errors'
import { isTooLarge, permanentRefusal } from '../postgres/refusal.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { Append, AppendResult } from './append.ts'
import { type AppendCall, type AppendToSend, createAppendStatements, isSimple } from './append-statements.ts'
import { runKey } from './run-ref.ts'
import { packAppend } from './stored-events.ts'

/** Writes to run logs, many runs in one round trip. */
export interface Appender {
  /**
   * Resolves once the append is stored.
   *
   * @throws {@link TenonError} `UNAVAILABLE` if the database does not respond; it is then unknown whether the append
   * was stored.
   * @throws {@link TenonError} `APPEND_REFUSED` (details: `sqlState`) if the database refuses this append for good, and
   * its own error if it refuses it for now.
   */
  append(append: Append): Promise<AppendResult>
  /** Resolves when all appends so far have a result. */
  drain(): Promise<void>
}

export interface AppenderOptions {
  /** Most appends of one round trip. @defaultValue 200 */
  readonly maxBatch?: number
  /**
   * Approximate limit of bytes of values and events in one round trip; a larger append is sent alone. @defaultValue
   * 8_388_608
   */
  readonly maxBytes?: number
  /**
   * Flushes in flight at once, each on a connection of its own; ≥ 1. A run always uses the same one. PGlite has one
   * connection and so one lane. @defaultValue 2
   */
  readonly lanes?: number | undefined
}

interface Waiting extends AppendToSend {
  /** Sort key within a batch: processes that lock rows in the same order cannot deadlock. */
  readonly key: string
  readonly resolve: (result: AppendResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * Creates an appender with group commit: appends that become ready while a flush is in flight are sent in the next
 * flush of their lane. A refused flush is halved until the faulty append is alone, so that only its run is affected. A
 * flush without a response is not sent again, since it may have been stored.
 */
export function createAppender(database: RuntimeDatabase, options: AppenderOptions = {}): Appender {
  const { maxBatch = 200, maxBytes = 8_388_608 } = options
  const count = database.dialect === 'pglite' ? 1 : (options.lanes ?? 2)
  const statements = createAppendStatements(database.schema)

  const call = async <Row>({ statement, values, resultsOf }: AppendCall<Row>): Promise<readonly AppendResult[]> => {
    const [row] = await database.call<Row>(statement, values)
    if (row === undefined) throw new TenonError('UNAVAILABLE', 'The database returned no result for an append')
    return resultsOf(row)
  }
  const store = async (batch: readonly Waiting[]): Promise<readonly AppendResult[]> => {
    const role = await database.role()
    const [lone] = batch
    return lone !== undefined && batch.length === 1 && isSimple(lone)
      ? call(statements.one(role, lone))
      : call(statements.many(role, batch))
  }
  const send = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const results = await store(batch)
      for (let index = 0; index < batch.length; index += 1) batch[index]?.resolve(results[index] as AppendResult)
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
  const lanes = Array.from({ length: count }, () => createLane(send, { maxBatch, maxBytes }))
  return {
    append: (append) =>
      new Promise((resolve, reject) => {
        const packed = packAppend(append.events)
        const lane = lanes[laneOf(append.runId, count)]
        lane?.push({ append, packed, key: runKey(append), resolve, reject })
      }),
    drain: async () => {
      await Promise.all(lanes.map((lane) => lane.drain()))
    },
  }
}

interface Lane {
  push(waiting: Waiting): void
  drain(): Promise<void>
}

function createLane(
  send: (batch: readonly Waiting[]) => Promise<void>,
  limits: Required<Pick<AppenderOptions, 'maxBatch' | 'maxBytes'>>,
): Lane {
  const queue: Waiting[] = []
  let flushing: Promise<void> | null = null
  const flush = async (): Promise<void> => {
    do {
      // Also between two flushes, since the runs of the last one add their next appends: sent apart from those that have
      // waited, they would remain two groups, with twice as many flushes.
      await microtasksEnd()
      await send(takeBatch(queue, limits))
    } while (queue.length > 0)
    flushing = null
  }
  return {
    push: (waiting) => {
      queue.push(waiting)
      flushing ??= flush()
    },
    drain: async () => {
      while (flushing !== null) await flushing
    },
  }
}

/** Resolves when the queue of microtasks is empty: until then, more appends may become ready for the same flush. */
function microtasksEnd(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Returns the lane of a run by FNV-1a, which distributes all kinds of run ids evenly. */
function laneOf(runId: string, count: number): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < runId.length; index += 1) {
    hash = Math.imul(hash ^ runId.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % count
}

/**
 * Takes at most one append of each run, the oldest, within the limits; at least one. The batch is ordered by tenant and
 * run.
 */
function takeBatch(
  queue: Waiting[],
  { maxBatch, maxBytes }: Required<Pick<AppenderOptions, 'maxBatch' | 'maxBytes'>>,
): readonly Waiting[] {
  if (queue.length === 1) return queue.splice(0)
  const batch = new Map<string, Waiting>()
  const left: Waiting[] = []
  let bytes = 0
  for (const waiting of queue) {
    const size = sizeOf(waiting)
    const fits = batch.size === 0 || (batch.size < maxBatch && bytes + size <= maxBytes)
    if (fits && !batch.has(waiting.key)) {
      batch.set(waiting.key, waiting)
      bytes += size
    } else left.push(waiting)
  }
  queue.splice(0, queue.length, ...left)
  return [...batch.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

/** Returns the approximate size of an append: its values and events, and the texts of its operations. */
function sizeOf({ append, packed }: Waiting): number {
  let bytes = 0
  for (const { size } of append.payloads) bytes += size
  for (const { events, inlines } of packed.rows) bytes += events.length + (inlines?.length ?? 0)
  for (const operation of append.operations) {
    if (operation.op === 'plan' || operation.op === 'snapshot') bytes += operation.data.length
    if (operation.op === 'wait_open') bytes += operation.waitFor.length
    if (operation.op === 'message') bytes += operation.fact.length
  }
  return bytes
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TenonError && error.code === 'UNAVAILABLE'
}

function toRefusal(error: unknown): unknown {
  if (isTooLarge(error)) {
    return new TenonError('APPEND_REFUSED', 'The values of the run are too large to be stored at once', {
      cause: error,
    })
  }
  const sqlState = permanentRefusal(error)
  if (sqlState === null) return error
  const message = `The database cannot store a value of the run (SQLSTATE ${sqlState})`
  return new TenonError('APPEND_REFUSED', message, { cause: error, details: { sqlState } })
}
