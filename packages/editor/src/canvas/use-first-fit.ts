import { useNodesInitialized, useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { readingViewport } from './reading-viewport.ts'

/** Shows the workflow, with one of its nodes in sight, once its cards have been measured; after that the view belongs to the person. */
export function useFirstFit(nodeId: string | null): void {
  const isMeasured = useNodesInitialized()
  const { getNode, getNodes, getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isMeasured || isDone.current) return
    isDone.current = true
    const card = nodeId === null ? undefined : getNode(nodeId)
    const box = card === undefined ? null : getNodesBounds([card])
    const middle = box === null ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
    void setViewport(readingViewport(getNodesBounds(getNodes()), flow.getState(), middle))
  }, [isMeasured, nodeId, getNode, getNodes, getNodesBounds, setViewport, flow])
}
