import type { NodeId, Position } from '@tenon/core/document'

/** A card on the canvas, in canvas pixels. */
export interface CardBox {
  readonly id: NodeId
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An edge between two cards, with the points at which it leaves and arrives. */
export interface EdgeBetween {
  readonly id: string
  readonly source: NodeId
  readonly target: NodeId
  readonly from: Position
  readonly to: Position
  /** Bend points that the edge has now. */
  readonly points?: readonly Position[]
}
