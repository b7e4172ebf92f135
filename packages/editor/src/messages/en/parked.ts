/** Texts about node runs that failed for good and wait for a person. */
export const parkedMessages = {
  'runs.node.parked': 'Needs a fix',
  'runs.segment.parked': 'Waiting for a fix',
  'runs.parked.event.parked': 'Failed, waiting for a fix: {message}',
  'runs.parked.event.retry': '{person} tried again',
  'runs.parked.event.retry_with_params': '{person} tried again with other values',
  'runs.parked.event.complete': '{person} entered the output',
  'runs.parked.event.skip': '{person} skipped the node',
  'runs.parked.event.route': '{person} continued at the error port',
  'runs.parked.event.fail': '{person} failed the node',
} as const
