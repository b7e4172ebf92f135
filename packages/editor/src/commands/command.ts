import type {
  DocumentOperation,
  Json,
  JsonObject,
  NodeFields,
  NodeId,
  NodeMove,
  NodePolicy,
  ParamPath,
  Position,
  WorkflowDocument,
  WorkflowSettings,
} from '@tenon/core/document'
import type { Connection } from '../graph/connection-rules.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { MessageValues } from '../messages/format.ts'
import type { DeletedNode } from '../store/deleted-node.ts'
import type { Fragment } from './fragment.ts'

/** Position of a new node: at a point, in a loop, after a node (and into its edge), on an edge, or before an input. */
export type Placement =
  | {
      readonly kind: 'at'
      readonly position: Position
      /** Loop of the node. @defaultValue none */
      readonly parentId?: NodeId
    }
  /** In a loop, beside the nodes that it has. */
  | { readonly kind: 'inside'; readonly nodeId: NodeId }
  | { readonly kind: 'after'; readonly nodeId: NodeId; readonly port?: string; readonly position?: Position }
  | { readonly kind: 'before'; readonly nodeId: NodeId; readonly input: string; readonly position?: Position }
  | { readonly kind: 'on-edge'; readonly edgeId: string; readonly position?: Position }

/** A change of a draft by a person. Only typing in shared text fields is not a command. */
export type EditorCommand =
  | { readonly type: 'add-node'; readonly nodeType: string; readonly placement: Placement }
  | {
      /** Adds a node that undoes another one. */
      readonly type: 'add-undo'
      readonly nodeId: NodeId
      /** Name of the new node. */
      readonly name: string
    }
  | { readonly type: 'delete-nodes'; readonly nodeIds: readonly NodeId[]; readonly edgeIds?: readonly string[] }
  | { readonly type: 'connect'; readonly connection: Connection }
  | { readonly type: 'reconnect'; readonly edgeId: string; readonly connection: Connection }
  | { readonly type: 'disconnect'; readonly edgeIds: readonly string[] }
  /** Moves nodes. Those inside a loop move only if they are listed, as `movesBy` does, then even if locked. */
  | { readonly type: 'move-nodes'; readonly moves: readonly NodeMove[] }
  /** Moves nodes with their content into a loop or out of it; edges that would cross its border are removed. */
  | {
      readonly type: 'move-to-loop'
      readonly nodeIds: readonly NodeId[]
      /** The loop; `null` for the outermost level. */
      readonly parentId: NodeId | null
      /** Distance by which the nodes were dragged. @defaultValue beside the other nodes of the new level */
      readonly by?: Position
    }
  /** Puts a new loop around nodes of one level; the edges into and out of the group lead to and from the loop. */
  | {
      readonly type: 'wrap-in-loop'
      readonly nodeIds: readonly NodeId[]
      /** Type of the loop. @defaultValue the first that repeats its nodes */
      readonly nodeType?: string
    }
  /** Removes a loop around its nodes, which move up one level; edges continue at its first and its last node. */
  | { readonly type: 'unwrap-loop'; readonly nodeId: NodeId }
  /** Moves nodes, and gives edges the bend points that belong to the new positions; an empty list removes them. */
  | {
      readonly type: 'tidy-up'
      readonly moves: readonly NodeMove[]
      readonly bends: ReadonlyMap<string, readonly Position[]>
    }
  | { readonly type: 'rename-node'; readonly nodeId: NodeId; readonly name: string }
  | { readonly type: 'set-fields'; readonly nodeIds: readonly NodeId[]; readonly set: NodeFields }
  | {
      readonly type: 'set-param'
      readonly nodeId: NodeId
      readonly path: ParamPath
      readonly value: Json
      /** Keeps the order in which the keys of the objects in `value` are written. @defaultValue false */
      readonly isAsWritten?: boolean
    }
  | { readonly type: 'unset-param'; readonly nodeId: NodeId; readonly path: ParamPath }
  /** Adds a member to an object in the params, behind the others; `path` is that of the object. */
  | {
      readonly type: 'add-member'
      readonly nodeId: NodeId
      readonly path: ParamPath
      readonly name: string
      readonly value: Json
    }
  | {
      readonly type: 'rename-member'
      readonly nodeId: NodeId
      readonly path: ParamPath
      readonly from: string
      readonly to: string
    }
  /** Renames a field of a schema in the params; `schema` is the renamed schema, and `path` that of the schema. */
  | {
      readonly type: 'rename-field'
      readonly nodeId: NodeId
      readonly path: ParamPath
      readonly from: string
      readonly to: string
      readonly schema: JsonObject
    }
  /** Moves a member of an object to an index among all members. */
  | {
      readonly type: 'move-member'
      readonly nodeId: NodeId
      readonly path: ParamPath
      readonly name: string
      readonly to: number
    }
  | { readonly type: 'insert-item'; readonly nodeId: NodeId; readonly path: ParamPath; readonly value: Json }
  | { readonly type: 'remove-item'; readonly nodeId: NodeId; readonly path: ParamPath }
  | {
      readonly type: 'set-policy'
      readonly nodeId: NodeId
      readonly field: keyof NodePolicy
      readonly value: Json | null
    }
  | { readonly type: 'rename-port'; readonly nodeId: NodeId; readonly path: ParamPath; readonly to: string }
  | {
      readonly type: 'set-setting'
      readonly key: keyof WorkflowSettings
      readonly value: Json | null
    }
  | { readonly type: 'paste'; readonly fragment: Fragment; readonly at: Position | null }
  | { readonly type: 'duplicate'; readonly nodeIds: readonly NodeId[] }
  | { readonly type: 'fix'; readonly operations: readonly DocumentOperation[]; readonly title: string }
  /** Replaces nodes by one that runs them as a workflow of their own. */
  | {
      readonly type: 'extract'
      readonly operations: readonly DocumentOperation[]
      readonly callId: NodeId
      /** Number of the nodes that it replaces. */
      readonly count: number
      /** Name of the new workflow. */
      readonly name: string
    }
  /** Makes the draft the same as the document of a version. */
  | { readonly type: 'restore'; readonly version: string; readonly document: WorkflowDocument }
  /** Adds a node again that another user has deleted. */
  | { readonly type: 'restore-node'; readonly deleted: DeletedNode }

export type CommandType = EditorCommand['type']

/** Operations that a command would apply. */
export interface Plan {
  readonly operations: readonly DocumentOperation[]
  /** Announcement for people who cannot see the canvas. */
  readonly message: { readonly key: MessageKey; readonly values?: MessageValues } | null
  /** Nodes to select afterwards. @defaultValue the selection is kept */
  readonly select?: readonly NodeId[]
}

/** Reason why a command cannot be executed. */
export interface Refused {
  readonly refused: MessageKey
}

export interface PlanContext {
  readonly document: WorkflowDocument
  readonly manifest: ManifestIndex
}

export type Planner<Type extends CommandType> = (
  command: Extract<EditorCommand, { type: Type }>,
  context: PlanContext,
) => Plan | Refused

export type CommandResult =
  | { readonly ok: true; readonly operations: readonly DocumentOperation[]; readonly selected: readonly NodeId[] }
  | { readonly ok: false; readonly reason: MessageKey }

export function refuse(refused: MessageKey): Refused {
  return { refused }
}
