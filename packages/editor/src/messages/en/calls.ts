/** Texts about the calls of a node in English, as those of `en`. A page loads them with the first node that has any. */
export const enCalls = {
  'runs.called.label': 'Calls',
  'runs.called.pass': 'Round {number}',
  'runs.called.first': 'Continues with the first that succeeds',
  'runs.called.input': 'Arguments',
  'runs.called.edited': 'Arguments changed by {person}',
  'runs.called.voted': '{person} voted for these arguments',
  'runs.called.original': 'Arguments before the change',
  'runs.called.leftOut': 'The arguments are too large to be shown here',
  'runs.called.none': 'No arguments',
  'runs.called.edit': 'Edit arguments',
  'runs.called.editHelp': 'The call runs with these arguments once it is approved.',
  'runs.called.use': 'Use these arguments',
  'runs.called.json': 'Arguments as JSON',
  'runs.called.failed': 'The arguments were not accepted',
  'runs.called.changed': 'You changed the arguments. They are sent with your approval.',
  'runs.called.undo': 'Undo the change',
} as const
