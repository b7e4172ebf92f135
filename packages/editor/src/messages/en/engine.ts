/** Texts in English to change the engine of a run, as those of `en`. A page loads them with the first run whose engine can change. */
export const enEngine = {
  'runs.engine.embedded': 'Embedded',
  'runs.engine.temporal': 'Temporal',
  'runs.engine.button': 'Move to {engine}',
  'runs.engine.title': 'Continue this run on {engine}?',
  'runs.engine.text':
    'The run keeps its log, its waits and its timers. The engine changes as soon as none of its nodes is in progress, and nothing new starts until then.',
  'runs.engine.confirm': 'Change the engine',
  'runs.engine.failed': 'The engine was not changed',
  'runs.engine.pending': 'Continues on {engine} when no node is in progress',
  'runs.engine.withdraw': 'Stay on {engine}',
  'runs.engine.withdrawFailed': 'The request was not withdrawn',
} as const
