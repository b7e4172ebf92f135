import { useContext, useMemo } from 'react'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { readChosenTable } from '../../data-tables/table-value.ts'
import { useEditorStore } from '../../session/session-context.tsx'
import { LaterPart } from '../../ui/later-part.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'
import { KeyValueControl } from './key-value-control.tsx'
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

/** Control for values by the columns of the table of the node; without a table, their names are entered. */
export function DataValuesControl(props: ControlProps) {
  const columns = useColumns(props.nodeId)
  return <KeyValueControl {...props} choices={columns} />
}

/** Returns the names of the columns of the table of a node; none without a table. */
function useColumns(nodeId: ControlProps['nodeId']): readonly string[] {
  const params = useEditorStore((state) => state.nodesById.get(nodeId)?.params)
  return useMemo(
    () =>
      Object.values(params ?? {})
        .flatMap((param) => readChosenTable(param)?.columns ?? [])
        .map(({ name }) => name),
    [params],
  )
}

/** Control for a column of the table of the node; without a table, its name is entered. */
export function DataColumnControl(props: ControlProps) {
  const { nodeId, value, onChange, isReadOnly, field } = props
  const names = useColumns(nodeId)
  if (names.length === 0) return <TextControl {...props} />
  const current = typeof value === 'string' ? value : ''
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
