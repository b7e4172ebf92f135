import type { NodeRunView } from '@tenon/core/run'
import type { ReactNode } from 'react'
import { Icon } from '../../ui/icon.tsx'
import type { IconName } from '../../ui/icons.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { itemsOf } from '../store/shown-items.ts'

interface NodeRunLineProps {
  readonly scope: RunScope
  readonly nodeRun: Pick<NodeRunView, 'nodeId' | 'nodeRunId'>
  readonly tone: 'waiting' | 'parked'
  readonly icon: IconName
  readonly text: string
  /** Text of the button that shows the node, in the iteration of the node run. */
  readonly action: string
  readonly onSelectNode: (nodeId: string) => void
  /** Further buttons. */
  readonly children?: ReactNode
}

/** Line over the views of a run about one node run that needs something, with a button that shows it. */
export function NodeRunLine({ scope, nodeRun, tone, icon, text, action, onSelectNode, children }: NodeRunLineProps) {
  const { nodeId, nodeRunId } = nodeRun
  const show = () => {
    scope.store.chooseItems(itemsOf(scope.nodes, nodeId, nodeRunId))
    onSelectNode(nodeId)
  }
  return (
    <p className="tn-run-line" data-tone={tone}>
      <Icon name={icon} size={16} />
      <span dir="auto">{text}</span>
      <button type="button" className="tn-link" onClick={show}>
        {action}
      </button>
      {children}
    </p>
  )
}
