import type { Position, WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { Edge, Node } from '@xyflow/react'

interface FlowNodeData extends Record<string, unknown> {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry | undefined
  /** Upper left corner by the document, on the canvas and relative to the frame of its loop. */
  readonly corner: { readonly absolute: Position; readonly relative: Position }
  /** True for a loop without nodes. */
  readonly isEmpty: boolean
  /** Nodes inside a collapsed loop, at every depth; 0 for others. */
  readonly hidden: number
}

/** A card, or the frame of a loop, as a node of React Flow. */
export type FlowNode = Node<FlowNodeData, 'tenon' | 'loop'>
/** Data of an edge: its bend points, and the names of its ends for screen readers. */
interface FlowEdgeData extends Record<string, unknown>, Pick<WorkflowEdge, 'points'> {
  /** Name of the source, with the port if it has several. */
  readonly from: string
  readonly to: string
}

/** An edge as an edge of React Flow. */
export type FlowEdge = Edge<FlowEdgeData, 'tenon'>
