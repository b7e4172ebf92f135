import type { NodeId, Position } from '@tenon/core/document'

/** Input of a layout: sizes and edges of the workflow. */
export interface LayoutGraph {
  /** Nodes to arrange, with their sizes in canvas pixels. */
  readonly nodes: readonly { readonly id: NodeId; readonly width: number; readonly height: number }[]
  /** Edges between these nodes, by the ids of their ends. */
  readonly edges: readonly {
    readonly source: NodeId
    readonly target: NodeId
    /** Position of the port at its node, from the top; nodes at lower ports are arranged below. @defaultValue 0 */
    readonly sourcePort?: number
  }[]
}

/** Arranges nodes so that edges lead in reading direction; hosts can provide their own. */
export interface LayoutProvider {
  /**
   * Computes new positions for the nodes.
   *
   * @returns The upper left corner of each node; omitted nodes are not moved.
   */
  readonly arrange: (graph: LayoutGraph) => Promise<ReadonlyMap<NodeId, Position>>
}
