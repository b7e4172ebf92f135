/** Names of the statuses of a run in English, which a badge shows without the other texts of the run views. */
export const enRunStatus = {
  'runs.status.queued': 'Queued',
  'runs.status.running': 'Running',
  'runs.status.waiting': 'Waiting',
  'runs.status.paused': 'Paused',
  'runs.status.completed': 'Completed',
  'runs.status.failed': 'Failed',
  'runs.status.canceled': 'Canceled',
} as const
