import { CasesControl } from './cases-control.tsx'
import { NumberControl, SelectControl, SwitchControl } from './choice-controls.tsx'
import { ConnectionControl, LookupControl } from './connection-control.tsx'
import type { ControlComponents } from './control-props.ts'
import { DataColumnControl, DataTableControl, DataValuesControl } from './data-table-controls.tsx'
import { DurationControl } from './duration-control.tsx'
import { JsonSchemaControl } from './json-schema-control.tsx'
import { KeyValueControl } from './key-value-control.tsx'
import { PeopleControl } from './people-control.tsx'
import { SecretControl } from './secret-control.tsx'
import { GroupControl, JsonControl, ListControl } from './structure-controls.tsx'
import { CodeControl, ExpressionControl, PromptControl, TextControl } from './text-control.tsx'
import { TimeZoneControl } from './time-zone-control.tsx'
import { ToolsControl } from './tools-control.tsx'
import { WorkflowControl, WorkflowInputControl } from './workflow-controls.tsx'

/** All controls that a definition can name, and those that are inferred from a schema. */
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
  workflow: WorkflowControl,
  'workflow-input': WorkflowInputControl,
  connection: ConnectionControl,
  lookup: LookupControl,
  'time-zone': TimeZoneControl,
  'data-table': DataTableControl,
  'data-column': DataColumnControl,
  'data-values': DataValuesControl,
  tools: ToolsControl,
})
