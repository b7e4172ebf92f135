import type { WorkflowEdge, WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { Edge, Node } from '@xyflow/react'

/** A card as a node of React Flow. */
export type FlowNode = Node<{ readonly node: WorkflowNode; readonly entry: NodeManifestEntry | undefined }, 'tenon'>
/** An edge as an edge of React Flow. */
export type FlowEdge = Edge<Pick<WorkflowEdge, 'points'>, 'tenon'>
