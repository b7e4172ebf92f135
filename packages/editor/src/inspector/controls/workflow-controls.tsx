import { useContext } from 'react'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'
import { KeyValueControl } from './key-value-control.tsx'
import { TextControl } from './text-control.tsx'

// Only documents with nodes that run a workflow need it.
const loadControls = () => import('../../sub-workflows/controls.tsx')

/** Control for a workflow of the tenant; in a controlled editor, which knows none, its id is entered. */
export function WorkflowControl(props: ControlProps) {
  const workflows = useContext(WorkflowsContext)
  if (workflows === null) return <TextControl {...props} />
  return (
    <LaterPart load={loadControls} waiting={(trouble) => trouble ?? <Skeleton height={32} />}>
      {({ WorkflowPicker }) => <WorkflowPicker {...props} workflows={workflows} />}
    </LaterPart>
  )
}

/** Control for the input of a workflow: its fields if they are known, else names and values. */
export function WorkflowInputControl(props: ControlProps) {
  const workflows = useContext(WorkflowsContext)
  if (workflows === null) return <KeyValueControl {...props} />
  return (
    <LaterPart load={loadControls} waiting={(trouble) => trouble ?? <Skeleton height={32} lines={2} />}>
      {({ WorkflowInput }) => <WorkflowInput {...props} workflows={workflows} />}
    </LaterPart>
  )
}
