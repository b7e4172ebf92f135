import type { ControlComponents } from '../control-props.ts'
import { CasesControl } from './cases-control.tsx'
import { NumberControl, SelectControl, SwitchControl } from './choice-controls.tsx'
import { DurationControl } from './duration-control.tsx'
import { JsonSchemaControl } from './json-schema-control.tsx'
import { KeyValueControl } from './key-value-control.tsx'
import { PeopleControl } from './people-control.tsx'
import { SecretControl } from './secret-control.tsx'
import { GroupControl, JsonControl, ListControl } from './structure-controls.tsx'
import { CodeControl, ExpressionControl, PromptControl, TextControl } from './text-control.tsx'

/** Every control that a definition may name, and those that follow from a schema alone. */
export const BUILT_IN_CONTROLS: ControlComponents = Object.freeze({
  text: TextControl,
  prompt: PromptControl,
  code: CodeControl,
  expression: ExpressionControl,
  number: NumberControl,
  switch: SwitchControl,
  select: SelectControl,
  duration: DurationControl,
  'json-schema': JsonSchemaControl,
  'key-value': KeyValueControl,
  cases: CasesControl,
  people: PeopleControl,
  password: SecretControl,
  group: GroupControl,
  list: ListControl,
  json: JsonControl,
})

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
