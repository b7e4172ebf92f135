/** Options of the Temporal engine in one process. */
export interface TemporalEngineOptions {
  /** `host:port` of the frontend. */
  readonly address: string
  /** Temporal namespace of the runs. @defaultValue 'default' */
  readonly namespace?: string
  /** API key for Temporal Cloud or another server that requires one. @defaultValue none */
  readonly apiKey?: string
  /** Encrypts the connection with TLS. @defaultValue true with an `apiKey`, else false */
  readonly tls?: boolean
  /** Queue of the shells and of every node without a queue of its own. @defaultValue 'tenon' */
  readonly taskQueue?: string
  /** Queues of nodes (`policy.taskQueue`) that this process serves beside it. @defaultValue none */
  readonly nodeQueues?: readonly string[]
  /**
   * Task queue of a tenant, such as a large customer's: only workers with the queue in `tenantQueues` execute its runs. Give
   * every process the same function. A run keeps the queue with which it was started. Called often, so keep it cheap.
   *
   * @defaultValue no tenant has one
   */
  readonly tenantQueueOf?: (tenantId: string) => string | null
  /** Task queues of tenants that this process serves beside `taskQueue`. @defaultValue none */
  readonly tenantQueues?: readonly string[]
  /**
   * Longest time a node waits for a worker of its own queue, in ms; then it fails with `TASK_QUEUE_UNSERVED`.
   *
   * @defaultValue 3_600_000
   */
  readonly nodeQueueWaitMs?: number
  /** Node runs that this process executes at once, on each queue. @defaultValue 50 */
  readonly maxConcurrentNodes?: number
  /**
   * Flushes of appends in flight at once, each on a connection of its own; ≥ 1. A run always uses the same one. PGlite has
   * one connection and ignores it. @defaultValue 2
   */
  readonly appendLanes?: number
  /**
   * Approximate memory for outcomes that are not stored yet, in bytes; above 0. When it is full, a body that ends keeps
   * its slot until there is room for its outcome. Appends to run logs have the same amount.
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
  /** Longest time that a canceled body may take to end before it is abandoned, in ms. @defaultValue 10_000 */
  readonly cancelGraceMs?: number
  /** Longest time that `close()` waits for running bodies, in ms. @defaultValue 10_000 */
  readonly drainMs?: number
  /** Path of the shell's source for the worker's bundler. @defaultValue the one of this package */
  readonly workflowsPath?: string
  /** Bundle of the shell from `bundleWorkflowCode`, which the worker otherwise creates at its start. */
  readonly workflowBundle?: { readonly code: string }
  /** Events of a shell's history after which it continues as new. @defaultValue 8_000 */
  readonly maxHistoryEvents?: number
  /** Time until the shell of an open run is first checked, in ms; it may be missing or held up. @defaultValue 10_000 */
  readonly reconcileMs?: number
}

export const DEFAULT_TASK_QUEUE = 'tenon'

/** Search attributes of a shell; set at its start only. */
export const TENANT_ATTRIBUTE = 'TenonTenant'
export const WORKFLOW_ATTRIBUTE = 'TenonWorkflow'

/** Time until the first check of a shell after the start of its run, in ms. */
export const RECONCILE_MS = 10_000

/** Returns the options of `Connection.connect` and `NativeConnection.connect`. */
export function connectionOptions({ address, apiKey, tls }: TemporalEngineOptions) {
  return { address, ...(apiKey === undefined ? {} : { apiKey }), ...(tls === undefined ? {} : { tls }) }
}
