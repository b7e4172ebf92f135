import { useNodesInitialized, useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { readingViewport } from './reading-viewport.ts'
import type { RememberedViewport, ViewportMemory } from './viewport-memory.ts'

/**
 * Sets the first viewport once the cards are measured: the stored one, else one with the given node in view. Later only
 * the person changes it.
 */
export function useFirstFit(nodeId: string | null, memory: ViewportMemory): void {
  const isMeasured = useNodesInitialized()
  const { getNode, getNodes, getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isMeasured || isDone.current) return
    isDone.current = true
    const size = flow.getState()
    const left = memory.read()
    // Nodes may have moved, and the size of the window may have changed.
    const isSeen = (viewport: RememberedViewport) =>
      getNodes().some(({ position, parentId }) => {
        if (parentId !== undefined) return false
        const x = position.x * viewport.zoom + viewport.x
        const y = position.y * viewport.zoom + viewport.y
        return x >= 0 && y >= 0 && x < size.width && y < size.height
      })
    if (left !== null && isSeen(left)) {
      void setViewport(left)
      return
    }
    const card = nodeId === null ? undefined : getNode(nodeId)
    const box = card === undefined ? null : getNodesBounds([card])
    const middle = box === null ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    void setViewport(readingViewport(getNodesBounds(getNodes()), size, middle))
  }, [isMeasured, nodeId, memory, getNode, getNodes, getNodesBounds, setViewport, flow])
}
