import { createContext, useContext } from 'react'

/** Card under the pointer; a change does not re-render the canvas. */
export interface CanvasHover {
  readonly enter: (nodeId: string) => void
  readonly leave: (nodeId: string) => void
  readonly current: () => string | null
}

export function createCanvasHover(): CanvasHover {
  let over: string | null = null
  return {
    enter: (nodeId) => {
      over = nodeId
    },
    leave: (nodeId) => {
      if (over === nodeId) over = null
    },
    current: () => over,
  }
}

const NO_HOVER: CanvasHover = Object.freeze({ enter: () => {}, leave: () => {}, current: () => null })

export const CanvasHoverContext = createContext<CanvasHover>(NO_HOVER)

export function useCanvasHover(): CanvasHover {
  return useContext(CanvasHoverContext)
}
