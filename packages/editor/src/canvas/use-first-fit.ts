import { useNodesInitialized, useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { readingViewport } from './reading-viewport.ts'

/** Shows the workflow once its cards have been measured; after that the view belongs to the person. */
export function useFirstFit(isReadOnly: boolean): void {
  const isMeasured = useNodesInitialized()
  const { getNodes, getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isMeasured || isDone.current) return
    isDone.current = true
    void setViewport(readingViewport(getNodesBounds(getNodes()), flow.getState(), isReadOnly))
  }, [isMeasured, isReadOnly, getNodes, getNodesBounds, setViewport, flow])
}
