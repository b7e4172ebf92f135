import type { OnNodeDrag, SelectionDragHandler } from '@xyflow/react'
import { useMemo } from 'react'
import { usePresence } from '../contexts/presence-context.ts'
import { useSession } from '../session/session-context.tsx'
import type { FlowNode } from './flow-types.ts'

interface NodeDrag {
  readonly onNodeDrag: OnNodeDrag<FlowNode>
  readonly onNodeDragStop: OnNodeDrag<FlowNode>
  readonly onSelectionDrag: SelectionDragHandler<FlowNode>
  readonly onSelectionDragStop: SelectionDragHandler<FlowNode>
}

/** Writes positions when cards are dropped; during the drag they are only sent as presence. */
export function useNodeDrag(): NodeDrag {
  const session = useSession()
  const presence = usePresence()
  return useMemo(() => {
    const share = (moved: readonly FlowNode[]) => {
      const [first] = moved
      const start = first === undefined ? undefined : session.store.getState().nodesById.get(first.id)?.position
      if (first === undefined || start === undefined) return
      presence.set({ drag: { dx: first.position.x - start.x, dy: first.position.y - start.y } })
    }
    const drop = (moved: readonly FlowNode[]) => {
      presence.set({ drag: null })
      session.dispatch({
        type: 'move-nodes',
        moves: moved.map((node) => ({
          nodeId: node.id,
          position: { x: Math.round(node.position.x), y: Math.round(node.position.y) },
        })),
      })
    }
    return {
      onNodeDrag: (_event, _node, nodes) => share(nodes),
      onNodeDragStop: (_event, _node, nodes) => drop(nodes),
      onSelectionDrag: (_event, nodes) => share(nodes),
      onSelectionDragStop: (_event, nodes) => drop(nodes),
    }
  }, [session, presence])
}
