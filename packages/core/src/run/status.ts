/** Statuses of a run. The last three are final; see {@link isRunOver}. */
export const RUN_STATUSES = ['queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'canceled'] as const
/** One of {@link RUN_STATUSES}. */
export type RunStatus = (typeof RUN_STATUSES)[number]

/** Statuses by which a list of runs can be filtered. */
export const RUN_FILTER_STATUSES = [...RUN_STATUSES] as const
/** One of {@link RUN_FILTER_STATUSES}. */
export type RunFilterStatus = (typeof RUN_FILTER_STATUSES)[number]

/** Statuses of a node within a run; `idle` until the run reaches it, `retry` between two attempts. */
export const NODE_STATUSES = [
  'idle',
  'running',
  'retry',
  'waiting',
  'success',
  'failed',
  'skipped',
  'compensated',
  'canceled',
] as const
/** One of {@link NODE_STATUSES}. */
export type NodeStatus = (typeof NODE_STATUSES)[number]

/** Checks for a final status: the run has ended and never changes again. */
export function isRunOver(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled'
}
