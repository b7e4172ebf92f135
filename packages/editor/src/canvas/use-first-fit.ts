import { useNodesInitialized, useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useRef } from 'react'

/** Below this a workflow is shown from its beginning rather than whole: names must be readable. */
const LEAST_ZOOM = 0.6
const READING_ZOOM = 0.72
const MARGIN = 40

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
    const bounds = getNodesBounds(getNodes())
    const whole = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height, 1)
    const zoom = whole < LEAST_ZOOM ? READING_ZOOM : whole
    const fitsAcross = bounds.width * zoom <= width - 2 * MARGIN
    const fitsDown = bounds.height * zoom <= height - 2 * MARGIN
    void setViewport({
      zoom,
      x: fitsAcross ? (width - bounds.width * zoom) / 2 - bounds.x * zoom : MARGIN - bounds.x * zoom,
      y: fitsDown ? (height - bounds.height * zoom) / 2 - bounds.y * zoom : MARGIN - bounds.y * zoom,
    })
  }, [isMeasured, getNodes, getNodesBounds, setViewport, flow])
}
