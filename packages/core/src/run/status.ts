export const RUN_STATUSES = ['queued', 'running', 'waiting', 'paused', 'completed', 'failed', 'canceled'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

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
export type NodeStatus = (typeof NODE_STATUSES)[number]

/** A run that has ended never changes again. */
export function isRunOver(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled'
}
