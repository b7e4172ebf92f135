/** Stored viewport of a workflow: the offset in pixels and the zoom. */
export interface RememberedViewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** Stores the viewport of a canvas, so that it is restored when the canvas opens again. */
export interface ViewportMemory {
  readonly read: () => RememberedViewport | null
  readonly write: (viewport: RememberedViewport) => void
}

/** Viewport memory that stores nothing. */
export const NO_VIEWPORT_MEMORY: ViewportMemory = Object.freeze({ read: () => null, write: () => {} })
