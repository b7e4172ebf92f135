import type { WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { Edge, Node } from '@xyflow/react'

/** A card as a node of React Flow. */
export type FlowNode = Node<{ readonly node: WorkflowNode; readonly entry: NodeManifestEntry | undefined }, 'tenon'>
/** Data of an edge: its bend points, and the names of its ends for screen readers. */
interface FlowEdgeData extends Record<string, unknown>, Pick<WorkflowEdge, 'points'> {
  /** Name of the source, with the port if it has several. */
  readonly from: string
  readonly to: string
}

/** An edge as an edge of React Flow. */
export type FlowEdge = Edge<FlowEdgeData, 'tenon'>
