import type { NodeId } from '../ids.ts'
import type { Json } from '../json.ts'
import type {
  Annotation,
  NodePolicy,
  Position,
  Size,
  WorkflowEdge,
  WorkflowNode,
  WorkflowSettings,
  WorkflowVariable,
} from './types.ts'

/** Path of a value in `params`: object keys and array indexes, at least one. */
export type ParamPath = readonly (string | number)[]

/** Fields of a node that are set as a whole; `null` removes an optional one. */
export interface NodeFields {
  /** New name of the node. */
  readonly name?: string
  /** New version of the node type, an integer from 1. */
  readonly typeVersion?: number
  /** Container that the node moves to; `null` moves it to the top level. */
  readonly parentId?: NodeId | null
  /** `true` makes runs pass through the node; `null` enables it. */
  readonly disabled?: boolean | null
  /** `true` protects the node from changes in the editor; `null` unlocks it. */
  readonly locked?: boolean | null
  /** New notes on the node; `null` removes them. */
  readonly notes?: string | null
}

/** New position and size of a node on the canvas. */
export interface NodeMove {
  /** Node to move or resize. */
  readonly nodeId: NodeId
  /** New upper left corner on the canvas. */
  readonly position: Position
  /** New size; `null` restores the natural size. @defaultValue the present size */
  readonly size?: Size | null
}

/** Parts of a draft whose entries have a key of their own. */
export const DRAFT_PARTS = ['nodes', 'edges', 'variables', 'annotations', 'settings'] as const
/** One of {@link DRAFT_PARTS}. */
export type DraftPart = (typeof DRAFT_PARTS)[number]

/** One change of a draft. All edits are made of these: UI, paste, import, REST patches and AI. */
export type DocumentOperation =
  /** Adds the node after all others. */
  | { readonly op: 'add_node'; readonly node: WorkflowNode }
  /** Takes its edges and the nodes inside it away, too. */
  | { readonly op: 'remove_node'; readonly nodeId: NodeId }
  | { readonly op: 'update_node'; readonly nodeId: NodeId; readonly set: NodeFields }
  | { readonly op: 'set_param'; readonly nodeId: NodeId; readonly path: ParamPath; readonly value: Json }
  | { readonly op: 'unset_param'; readonly nodeId: NodeId; readonly path: ParamPath }
  /** The last element of `path` is the index in an array, 0 to its length. */
  | { readonly op: 'insert_param_item'; readonly nodeId: NodeId; readonly path: ParamPath; readonly value: Json }
  | { readonly op: 'remove_param_item'; readonly nodeId: NodeId; readonly path: ParamPath }
  /** Arranges the keys of an object in `params`, by its JSON Pointer; `null` sorts them. */
  | {
      readonly op: 'set_key_order'
      readonly nodeId: NodeId
      readonly pointer: string
      readonly keys: readonly string[] | null
    }
  | {
      readonly op: 'set_policy'
      readonly nodeId: NodeId
      readonly field: keyof NodePolicy
      readonly value: Json | null
    }
  /** Changes the order of `nodes`, which decides ties of the document order; `null` puts the node last. */
  | { readonly op: 'place_node'; readonly nodeId: NodeId; readonly before: NodeId | null }
  | { readonly op: 'move_nodes'; readonly moves: readonly NodeMove[] }
  | { readonly op: 'add_edge'; readonly edge: WorkflowEdge }
  | { readonly op: 'remove_edge'; readonly edgeId: string }
  | { readonly op: 'set_edge_points'; readonly edgeId: string; readonly points: readonly Position[] | null }
  | { readonly op: 'set_variable'; readonly name: string; readonly variable: WorkflowVariable | null }
  | { readonly op: 'set_annotation'; readonly id: string; readonly annotation: Annotation | null }
  | { readonly op: 'set_setting'; readonly key: keyof WorkflowSettings; readonly value: Json | null }
  /**
   * Removes what cannot be read from one entry of a draft, or from all entries of a part if `key` is `null`: the entry
   * becomes what readers find of it, or goes away if they find nothing. Changes no document, because a document holds
   * only what can be read.
   */
  | { readonly op: 'drop_unreadable'; readonly part: DraftPart; readonly key: string | null }
