import type { WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { Edge, Node } from '@xyflow/react'

/** A card as a node of React Flow. */
export type FlowNode = Node<{ readonly node: WorkflowNode; readonly entry: NodeManifestEntry | undefined }, 'tenon'>
export type FlowEdge = Edge<Record<string, never>, 'tenon'>
