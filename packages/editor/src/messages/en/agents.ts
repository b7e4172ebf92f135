/** Texts about agents in English, as those of `en`. A page loads them with the first list of tools. */
export const enAgents = {
  'tools.add': 'Add a tool',
  'tools.none': 'No tools yet. Without tools, the agent only answers.',
  'tools.remove': 'Remove {name}',
  'tools.up': 'Move {name} up',
  'tools.down': 'Move {name} down',
  'tools.unknown': 'Unknown node type {type}, version {version}',
  'tools.open': 'Let the model decide',
  'tools.fix': 'Set a value',
  'tools.byModel': '{param} (decided by the model)',
  'tools.hint': 'Explain to the model what to write here',
  'tools.type': '{title}, version {version}',
} as const
