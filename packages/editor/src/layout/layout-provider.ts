import type { NodeId, Position } from '@tenon/core/document'

/** What an arrangement is computed from: sizes and edges, nothing else of the workflow. */
export interface LayoutGraph {
  /** Nodes to arrange, with their sizes in canvas pixels. */
  readonly nodes: readonly { readonly id: NodeId; readonly width: number; readonly height: number }[]
  /** Edges between these nodes, by the ids of their ends. */
  readonly edges: readonly {
    readonly source: NodeId
    readonly target: NodeId
    /** Position of the port at its node, from the top; nodes at lower ports belong below. @defaultValue 0 */
    readonly sourcePort?: number
  }[]
}

/** Arranges nodes so that edges lead in reading direction; hosts may bring their own. */
export interface LayoutProvider {
  /**
   * Computes new positions for the nodes.
   *
   * @returns The upper left corner of each node; nodes left out stay where they are.
   */
  readonly arrange: (graph: LayoutGraph) => Promise<ReadonlyMap<NodeId, Position>>
}
