/** How the embedded engine works in one process. */
export interface EmbeddedEngineOptions {
  /** Node bodies that run at once in this process; ≥ 1. @defaultValue 64 */
  readonly concurrency?: number
  /** Runs that this process looks after at once. @defaultValue 1_000 */
  readonly maxRuns?: number
  /** How often the store is asked for work that nobody told of, in ms. @defaultValue 1_000 */
  readonly pollIntervalMs?: number
  /** A worker that is silent for so long loses its runs to others, in ms. @defaultValue 8_000 */
  readonly leaseMs?: number
  /** How long a canceled body may take to come back before it is abandoned, in ms. @defaultValue 10_000 */
  readonly cancelGraceMs?: number
  /** How long `close()` waits for bodies that run, in ms. @defaultValue 10_000 */
  readonly drainMs?: number
  /**
   * Clock of this process, in milliseconds since the Unix epoch; events and timers are dated by the clock of the
   * database. @defaultValue Date.now
   */
  readonly now?: () => number
}
