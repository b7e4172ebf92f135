import { useContext } from 'react'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { readChosenTable } from '../../data-tables/table-value.ts'
import { useEditorStore } from '../../session/session-context.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'
import { JsonControl } from './structure-controls.tsx'
import { TextControl } from './text-control.tsx'

// Only documents with nodes that use a data table need it.
const loadPicker = () => import('../../data-tables/table-picker.tsx')

/** Control for a data table of the tenant; in a controlled editor, which knows none, it is entered as JSON. */
export function DataTableControl(props: ControlProps) {
  const workflows = useContext(WorkflowsContext)
  if (workflows === null) return <JsonControl {...props} />
  return (
    <LaterPart load={loadPicker} waiting={(trouble) => trouble ?? <Skeleton height={32} />}>
      {({ TablePicker }) => <TablePicker {...props} client={workflows.client} />}
    </LaterPart>
  )
}

/** Control for a column of the table of the node; without a table, its name is entered. */
export function DataColumnControl(props: ControlProps) {
  const { nodeId, value, onChange, isReadOnly, field } = props
  const params = useEditorStore((state) => state.nodesById.get(nodeId)?.params)
  const columns = Object.values(params ?? {}).flatMap((param) => readChosenTable(param)?.columns ?? [])
  if (columns.length === 0) return <TextControl {...props} />
  const current = typeof value === 'string' ? value : ''
  const names = columns.map(({ name }) => name)
  // A column that was deleted is shown, so that the fault is seen.
  const listed = current === '' || names.includes(current) ? names : [current, ...names]
  return (
    <Select
      value={current}
      disabled={isReadOnly}
      onChange={(name) => onChange(name === '' && !field.isRequired ? undefined : name)}
      options={[{ value: '', label: '—' }, ...listed.map((name) => ({ value: name, label: name }))]}
    />
  )
}
