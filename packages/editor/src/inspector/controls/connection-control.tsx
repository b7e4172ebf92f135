import { useContext } from 'react'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'
import { TextControl } from './text-control.tsx'

// Only documents with nodes that have a connection need it.
const loadPicker = () => import('../../connections/connection-picker.tsx')

/** Control for a connection of the tenant; in a controlled editor, which knows none, its id is entered. */
export function ConnectionControl(props: ControlProps) {
  const workflows = useContext(WorkflowsContext)
  if (workflows === null) return <TextControl {...props} />
  return (
    <LaterPart load={loadPicker} waiting={(trouble) => trouble ?? <Skeleton height={32} />}>
      {({ ConnectionPicker }) => <ConnectionPicker {...props} client={workflows.client} />}
    </LaterPart>
  )
}
