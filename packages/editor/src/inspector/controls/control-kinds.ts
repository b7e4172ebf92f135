/** Controls of several parts, which have a legend instead of a label. */
export const GROUP_CONTROLS: readonly string[] = [
  'json-schema',
  'data-values',
  'key-value',
  'cases',
  'people',
  'group',
  'list',
  'duration',
  'workflow-input',
]

/** Controls of plain values that can be switched to a template. */
export const SWITCHABLE_CONTROLS: readonly string[] = [
  'number',
  'switch',
  'select',
  'duration',
  'people',
  'list',
  'json',
]

/** Controls whose changes are single decisions, not typed characters. */
export const CHOICE_CONTROLS: readonly string[] = [
  'switch',
  'select',
  'people',
  'json-schema',
  'workflow',
  'connection',
  'time-zone',
  'data-table',
  'data-column',
]

/** Controls whose parts are rows with their own faults. */
export const NESTING_CONTROLS: readonly string[] = ['cases', 'group', 'list', 'workflow-input']
