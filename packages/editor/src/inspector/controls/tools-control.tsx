import { LaterPart } from '../../ui/later-part.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { ControlProps } from './control-props.ts'

// Only documents with agents need it.
const loadTools = () => import('../../agents/tool-list.tsx')

/** Control for the tools of an agent. */
export function ToolsControl(props: ControlProps) {
  return (
    <LaterPart load={loadTools} waiting={(trouble) => trouble ?? <Skeleton height={32} lines={2} />}>
      {({ ToolList }) => <ToolList {...props} />}
    </LaterPart>
  )
}
