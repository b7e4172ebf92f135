/** How the embedded engine works in one process. */
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
  /** Interval at which the database is polled for work without a wake-up, in ms. @defaultValue 1_000 */
  readonly pollIntervalMs?: number
  /** A worker that does not renew its lease for so long loses its runs to others, in ms. @defaultValue 8_000 */
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
