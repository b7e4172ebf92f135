/** Texts about the calls of models in English, as those of `en`. A page loads them with the first node that has any. */
export const enModels = {
  'runs.models.label': 'Conversation with the model',
  'runs.models.answers': '{count, plural, one {# answer of the model} other {# answers of the model}}',
  'runs.models.role.system': 'System',
  'runs.models.role.user': 'User',
  'runs.models.role.assistant': 'Model, earlier',
  'runs.models.role.tool': 'Result of a tool',
  'runs.models.answer': 'Answer {number}',
  'runs.models.empty': '(empty)',
  'runs.models.more': 'Show all',
  'runs.models.less': 'Show less',
  'runs.models.arguments': 'Arguments',
  'runs.models.result': 'Result',
  'runs.models.show': 'Show the call',
  'runs.models.noResult': 'No result yet',
} as const
