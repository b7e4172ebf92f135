import { MAX_DURATION_MS } from '@tenon/core/document'
import {
  aFunction,
  atLeastOne,
  checkOptions,
  integerFrom,
  listOf,
  msUpTo,
  type OptionCheck,
  optional,
  optionFault,
  text,
  timerMs,
} from '@tenon/core/options'

/** Options of the embedded engine in one process. */
export interface EmbeddedEngineOptions {
  /** Node bodies that run at once in this process; ≥ 1. A worker claims runs while it has free slots. @defaultValue 64 */
  readonly concurrency?: number
  /** Most runs that this process drives at once. @defaultValue 1_000 */
  readonly maxRuns?: number
  /**
   * Task queues of nodes (`policy.taskQueue`) that this process serves. A node without a queue of its own is executed by
   * the worker that drives its run. @defaultValue none
   */
  readonly nodeQueues?: readonly string[]
  /**
   * Task queue of a tenant, such as a large customer's: only workers with the queue in `tenantQueues` execute its runs. Give
   * every process the same function. A run keeps the queue with which it was started. Called often, so keep it cheap.
   *
   * @defaultValue no tenant has one
   */
  readonly tenantQueueOf?: (tenantId: string) => string | null
  /** Task queues of tenants that this process serves, beside all runs without one. @defaultValue none */
  readonly tenantQueues?: readonly string[]
  /**
   * Longest time that a node waits for a worker of its own queue, in ms; then it fails with `TASK_QUEUE_UNSERVED`.
   *
   * @defaultValue 3_600_000
   */
  readonly nodeQueueWaitMs?: number
  /**
   * Slots of `concurrency` that no single tenant may fill, so that another tenant's node begins at once. From 0, below
   * `concurrency`. @defaultValue an eighth of `concurrency`, rounded down
   */
  readonly reservedSlots?: number
  /**
   * Share of a tenant in relation to the others when several wait for slots; above 0. Called often, so keep it cheap.
   *
   * @defaultValue 1 for each tenant
   */
  readonly tenantWeight?: (tenantId: string) => number
  /**
   * Flushes of appends in flight at once, each on a connection of its own; ≥ 1. More help where a commit takes long, such as
   * a Postgres with a synchronous replica, and cost batch size elsewhere. A run always uses the same one. PGlite has one
   * connection and ignores it.
   *
   * @defaultValue 2
   */
  readonly appendLanes?: number
  /**
   * Approximate memory for outcomes that are not stored yet, in bytes; above 0. When it is full, a body that ends keeps
   * its slot until there is room for its outcome, so that fewer bodies begin. Appends to run logs have the same amount.
   *
   * @defaultValue a sixteenth of the heap of the process, at most 67_108_864
   */
  readonly maxPendingBytes?: number
  /** Most events of a run; then it is canceled with `RUN_LOG_FULL`; ≥ 1,000. @defaultValue 5_000_000 */
  readonly maxRunEvents?: number
  /**
   * Approximate bytes of the log of a run; then it is canceled with `RUN_LOG_FULL`; ≥ 1,000,000. Values above 16 kB do not
   * count. @defaultValue 2_147_483_648
   */
  readonly maxRunLogBytes?: number
  /** Interval at which the database is polled for work without a wake-up, in ms. @defaultValue 1_000 */
  readonly pollIntervalMs?: number
  /** Length of a lease in ms; a worker that does not renew it loses its runs to others. @defaultValue 8_000 */
  readonly leaseMs?: number
  /**
   * Longest time that a worker keeps its runs while it is connected to Postgres and does not renew its lease, in ms:
   * because a node computes without a pause, or the process is stopped. A process that dies is disconnected and loses its
   * runs when its lease expires. Each worker keeps one connection of its pool for this; a pool of fewer than three spares
   * none. With 0 the lease alone counts, as behind a pooler that shares connections between transactions.
   *
   * @defaultValue 8 × `leaseMs`
   */
  readonly busyGraceMs?: number
  /** Longest time that a canceled body may take to end before it is abandoned, in ms. @defaultValue 10_000 */
  readonly cancelGraceMs?: number
  /** Longest time that `close()` waits for running bodies, in ms. @defaultValue 10_000 */
  readonly drainMs?: number
  /**
   * Clock of this process, in milliseconds since the Unix epoch; events and timers are dated by the clock of the
   * database. @defaultValue Date.now
   */
  readonly now?: () => number
}

/** @throws {@link TenonError} `OPTIONS_INVALID` for an unknown or faulty option. */
export function checkEmbeddedOptions(options: EmbeddedEngineOptions): void {
  checkOptions('embeddedEngine', options, {
    concurrency: optional(integerFrom(1)),
    maxRuns: optional(atLeastOne),
    nodeQueues: optional(listOf(text, 'task queues')),
    tenantQueueOf: optional(aFunction('tenantQueueOf must be a function (tenantId) that returns a task queue or null')),
    tenantQueues: optional(listOf(text, 'task queues')),
    nodeQueueWaitMs: optional(msUpTo(MAX_DURATION_MS)),
    reservedSlots: optional(reservedSlotsOf(options?.concurrency ?? 64)),
    appendLanes: optional(integerFrom(1)),
    maxPendingBytes: optional(integerFrom(1)),
    maxRunEvents: optional(integerFrom(1_000)),
    maxRunLogBytes: optional(integerFrom(1_000_000)),
    tenantWeight: optional(aFunction('tenantWeight must be a function (tenantId) that returns a number above 0')),
    pollIntervalMs: optional(timerMs),
    leaseMs: optional(timerMs),
    busyGraceMs: optional(msUpTo()),
    cancelGraceMs: optional(msUpTo()),
    drainMs: optional(msUpTo()),
    now: optional(aFunction('now must be a function that returns milliseconds since the Unix epoch')),
  })
}

/** Requires fewer reserved slots than slots; otherwise no tenant could use one. */
const reservedSlotsOf =
  (concurrency: number): OptionCheck =>
  (value, field) => {
    const faults = integerFrom(0)(value, field)
    if (faults.length > 0 || Number(value) < concurrency) return faults
    return optionFault(field, `${field} must be below concurrency, which is ${concurrency} (got ${String(value)})`)
  }
