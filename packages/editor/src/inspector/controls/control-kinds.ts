/** Controls made of several parts, which have a legend in place of a label. */
export const GROUP_CONTROLS: readonly string[] = [
  'json-schema',
  'key-value',
  'cases',
  'people',
  'group',
  'list',
  'duration',
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

/** Controls of which each change is a decision of its own, and none a character of a text. */
export const CHOICE_CONTROLS: readonly string[] = ['switch', 'select', 'people', 'json-schema']

/** Controls whose parts are rows by themselves, with their own faults. */
export const NESTING_CONTROLS: readonly string[] = ['cases', 'group', 'list']
