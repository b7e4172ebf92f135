import type { Position } from '@tenon/core/document'

/** What the rest of an editor may ask of its canvas. */
export interface CanvasHandle {
  readonly fit: () => void
  /** The same unless all nodes are in sight. */
  readonly fitIfHidden: () => void
  /** Shows the workflow at a readable size, from its beginning. */
  readonly read: () => void
  readonly zoomIn: () => void
  readonly zoomOut: () => void
  readonly zoomReset: () => void
  /** Brings a node into view and leaves the zoom as it is, unless the cards are plain tiles. */
  readonly reveal: (nodeId: string) => void
  /** The same for a node that cannot be seen now. */
  readonly revealIfHidden: (nodeId: string) => void
  /** From the page (as in pointer events) to the document; `null` outside of the canvas. */
  readonly toDocument: (point: Position) => Position | null
  /** The middle of what can be seen, in the document. */
  readonly center: () => Position
  /** The edge under a point of the page. */
  readonly edgeAt: (point: Position) => string | null
  /** Measured sizes of the cards. */
  readonly sizes: () => ReadonlyMap<string, { readonly width: number; readonly height: number }>
  readonly focus: () => void
}

/** Where the canvas of one editor leaves its handle while it is mounted. */
export interface CanvasSlot {
  current: CanvasHandle | null
}
