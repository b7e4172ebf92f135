import { useNodesInitialized, useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'
import { readingViewport } from './reading-viewport.ts'

/** Shows the workflow once its cards have been measured; after that the view belongs to the person. */
export function useFirstFit(): void {
  const isMeasured = useNodesInitialized()
  const { getNodes, getNodesBounds, setViewport } = useReactFlow()
  const flow = useStoreApi()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isMeasured || isDone.current) return
    isDone.current = true
    const { width, height } = flow.getState()
    void setViewport(readingViewport(getNodesBounds(getNodes()), width, height))
  }, [isMeasured, getNodes, getNodesBounds, setViewport, flow])
}
