import type { Position, WorkflowEdge } from '@tenon/core/document'
import type { CardBox } from '../edges/card-box.ts'

/** Methods of the canvas for the other parts of an editor. */
export interface CanvasHandle {
  readonly fit: () => void
  /** Fits the workflow unless all nodes are in view. */
  readonly fitIfHidden: () => void
  /** Shows the workflow at a readable size, from its beginning. */
  readonly read: () => void
  readonly zoomIn: () => void
  readonly zoomOut: () => void
  readonly zoomReset: () => void
  /** Brings a node into view and keeps the zoom, unless the cards are plain tiles. */
  readonly reveal: (nodeId: string) => void
  /** Ends a movement of the view where it is now. */
  readonly stopMoving: () => void
  /** Reveals a node that is not in view. */
  readonly revealIfHidden: (nodeId: string) => void
  /** Converts a point of the page (as in pointer events) to the document; `null` outside of the canvas. */
  readonly toDocument: (point: Position) => Position | null
  /** Returns the center of the visible part, in the document. */
  readonly center: () => Position
  /** Returns the id of the edge under a point of the page; `null` if there is none. */
  readonly edgeAt: (point: Position) => string | null
  /** Returns the measured sizes of the cards, by node id. */
  readonly sizes: () => ReadonlyMap<string, { readonly width: number; readonly height: number }>
  /** Returns where cards and frames are drawn, in absolute canvas pixels, by node id. */
  readonly boxes: () => ReadonlyMap<string, CardBox>
  /** Returns the measured points at which an edge is drawn to leave and arrive, relative to the corners of its cards. */
  readonly endsOf: (edge: WorkflowEdge) => { readonly from: Position; readonly to: Position } | null
  readonly focus: () => void
}

/** Slot with the handle of the canvas while it is mounted. */
export interface CanvasSlot {
  current: CanvasHandle | null
}
