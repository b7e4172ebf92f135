import { useContext } from 'react'
import { WorkflowsContext } from '../../contexts/workflows-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'
import { TextControl } from './text-control.tsx'

// Only documents with nodes that have a connection need them.
const loadPicker = () => import('../../connections/connection-picker.tsx')
const loadLookup = () => import('../../connections/lookup-button.tsx')

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

/** Control for a thing at a service: its id is entered, or chosen from the list of the service. */
export function LookupControl(props: ControlProps) {
  const workflows = useContext(WorkflowsContext)
  return (
    <>
      <TextControl {...props} />
      {workflows !== null && !props.isReadOnly && (
        <LaterPart load={loadLookup} waiting={(trouble) => trouble}>
          {({ LookupButton }) => <LookupButton {...props} client={workflows.client} />}
        </LaterPart>
      )}
    </>
  )
}
