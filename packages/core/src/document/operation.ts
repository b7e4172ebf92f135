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

/** Where in `params` a value stands: object keys and array indexes, at least one. */
export type ParamPath = readonly (string | number)[]

/** Fields of a node that are set as a whole; `null` takes an optional one away. */
export interface NodeFields {
  readonly name?: string
  readonly typeVersion?: number
  readonly parentId?: NodeId | null
  readonly disabled?: boolean | null
  readonly locked?: boolean | null
  readonly notes?: string | null
}

/** Where a node goes on the canvas, and how large it becomes. */
export interface NodeMove {
  readonly nodeId: NodeId
  readonly position: Position
  /** Left out: the size stays; `null`: the node gets its natural size back. */
  readonly size?: Size | null
}

/** Every change of a draft is one of these: UI, paste, import, REST patch and AI edits all go through them. */
export type DocumentOperation =
  /** Puts the node after all others. */
  | { readonly op: 'add_node'; readonly node: WorkflowNode }
  /** Takes its edges and the nodes inside it away, too. */
  | { readonly op: 'remove_node'; readonly nodeId: NodeId }
  | { readonly op: 'update_node'; readonly nodeId: NodeId; readonly set: NodeFields }
  | { readonly op: 'set_param'; readonly nodeId: NodeId; readonly path: ParamPath; readonly value: Json }
  | { readonly op: 'unset_param'; readonly nodeId: NodeId; readonly path: ParamPath }
  /** The last element of `path` is the index in an array, 0 to its length. */
  | { readonly op: 'insert_param_item'; readonly nodeId: NodeId; readonly path: ParamPath; readonly value: Json }
  | { readonly op: 'remove_param_item'; readonly nodeId: NodeId; readonly path: ParamPath }
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
