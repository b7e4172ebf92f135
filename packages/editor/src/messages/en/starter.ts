/** Texts about who or what has started a run in English, as those of `enRuns`. A page loads them with its first run view. */
export const enStarter = {
  'runs.starter.head': 'Started by {starter}',
  'runs.starter.byHand': '{person}, by hand at "{trigger}"',
  'runs.starter.trigger':
    '{kind, select, webhook {Webhook} form {Form} event {Event} schedule {Schedule} poll {Poll} other {Start}}: {trigger}',
  'runs.starter.host': 'Host application: {trigger}',
  'runs.starter.run': 'Another run',
  'runs.starter.failure': 'Failure of another run',
} as const
