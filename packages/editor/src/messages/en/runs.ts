/** Texts of the run views. */
export const runMessages = {
  'runs.status.queued': 'Queued',
  'runs.status.running': 'Running',
  'runs.status.waiting': 'Waiting',
  'runs.status.paused': 'Paused',
  'runs.status.completed': 'Completed',
  'runs.status.failed': 'Failed',
  'runs.status.canceled': 'Canceled',
  'runs.node.idle': 'Not started',
  'runs.node.running': 'Running',
  'runs.node.retry': 'Trying again',
  'runs.node.waiting': 'Waiting',
  'runs.node.success': 'Succeeded',
  'runs.node.failed': 'Failed',
  'runs.node.skipped': 'Skipped',
  'runs.node.compensated': 'Undone',
  'runs.node.canceled': 'Canceled',
} as const
