import type { Role } from '@tenon/core/api'
import type { Workflow } from '@tenon/core/client'
import type { DraftLoss } from '@tenon/core/collab'
import type {
  DocumentOperation,
  JsonSchema,
  NodeId,
  ParamPath,
  Position,
  WorkflowDocument,
  WorkflowId,
  WorkflowNode,
} from '@tenon/core/document'
import type { WorkflowIssue } from '@tenon/core/validate'
import type { Placement } from '../commands/command.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { RefusedInput } from '../session/pending-input.ts'
import type { DeletedNode } from './deleted-node.ts'
import type { Panels } from './panels.ts'

/** State of loading the draft, with the failure. */
export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'failed'
      readonly error: unknown
      /** True if the workflow was deleted and can be restored. */
      readonly isDeleted?: true
    }

/**
 * State of the last change: `local` means that no server is involved, `unsent` that it waits for a lost connection,
 * `offline` that the connection is lost and nothing waits.
 */
export type SyncState = 'local' | 'connecting' | 'saving' | 'saved' | 'offline' | 'unsent' | 'closed'

/** Input that was typed but not committed to the draft yet. */
export interface InputState {
  /** True if a field has text that is not committed yet. */
  readonly isTyping: boolean
  /** Texts that the draft cannot take. */
  readonly refused: readonly RefusedInput[]
}

/** An issue of the validator of this package or of the server, which may be newer and have other codes. */
export type ListedIssue = Omit<WorkflowIssue, 'code'> & { readonly code: string }

/** One problem of the draft in the problem list and the fields. */
export interface EditorProblem {
  readonly id: string
  readonly nodeId: NodeId | null
  readonly edgeId: string | null
  /** Path in the node: `['params', …]`, `['policy', …]`, `['name']`; empty for the node itself. */
  readonly field: ParamPath
  /** Range in the text at the path, `end` exclusive; `null` for the whole value. */
  readonly range: { readonly start: number; readonly end: number } | null
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  /** Fixes, the best first. */
  readonly fixes: readonly ProblemFix[]
}

export interface ProblemFix {
  readonly title: string
  readonly operations: readonly DocumentOperation[]
}

/** The latest version of the workflow. */
export interface PublishedVersion {
  readonly version: string
  readonly document: WorkflowDocument
}

/** Number of problems of one node, for its card. */
export interface ProblemCount {
  readonly count: number
  readonly severity: 'error' | 'warning'
  readonly first: string
}

/** Another user who has the draft open. */
export interface Peer {
  readonly clientId: number
  readonly userId: string
  readonly displayName: string
  readonly color: string
  readonly cursor: Position | null
  readonly selection: readonly NodeId[]
  readonly drag: { readonly dx: number; readonly dy: number } | null
  readonly editing: { readonly nodeId: NodeId; readonly path: ParamPath } | null
}

/** User who has selected a node; a separate object, so that moving a cursor does not re-render cards. */
export interface PeerMark {
  readonly clientId: number
  readonly displayName: string
  readonly color: string
}

/** Target of a connection or a dragged node type if it were dropped now. */
export type DropTarget =
  | { readonly kind: 'node'; readonly nodeId: NodeId; readonly isAllowed: boolean }
  | { readonly kind: 'edge'; readonly edgeId: string }

export type InspectorTab = 'setup' | 'policy' | 'input' | 'last-run'

/** A field of the inspector, by its row. */
export interface FieldAddress {
  /** Node of the field; `null` for the settings of the workflow. */
  readonly nodeId: NodeId | null
  /** Path of the row in the panel: `['url']` for a param, `['policy', 'timeout']`, `NODE_NAME`. */
  readonly path: ParamPath
}

/** State of the open quick-add list. `at` is relative to the canvas element. */
export interface QuickAdd {
  readonly placement: Placement
  readonly at: Position | null
}

/** Shared state of the parts of one editor; each part subscribes to the slice that it shows. */
export interface EditorState {
  readonly phase: Phase
  readonly document: WorkflowDocument
  readonly nodesById: ReadonlyMap<NodeId, WorkflowNode>
  readonly manifest: ManifestIndex
  readonly workflow: Workflow | null
  readonly role: Role
  /** True if changes are not allowed: a viewer, a published version, or the prop `readOnly`. */
  readonly isReadOnly: boolean
  readonly sync: SyncState
  /** Transport of the draft. Over HTTP there is no presence, and changes of other users arrive later. */
  readonly transport: 'socket' | 'http'
  readonly input: InputState
  /** True while the name or description is being saved. */
  readonly isStoringDetails: boolean
  /** Sentences about edits that were dropped in a merge. */
  readonly repairs: readonly string[]
  /** Content of the draft that cannot be read. */
  readonly losses: readonly DraftLoss[]
  /** Latest version; `null` until it is loaded. */
  readonly published: PublishedVersion | null
  readonly selectedNodes: ReadonlySet<NodeId>
  readonly selectedEdges: ReadonlySet<string>
  /** Loops and scopes that this user sees without the nodes inside. */
  readonly collapsed: ReadonlySet<NodeId>
  /** The node of the open form, if another user has deleted it; `null` once something else is selected. */
  readonly deletedNode: DeletedNode | null
  readonly problems: readonly EditorProblem[]
  /** Problems that only the server finds, such as a workflow that a node cannot run. */
  readonly serverIssues: readonly ListedIssue[]
  /** Problems of schedules that only the server finds, such as one without a time. */
  readonly scheduleIssues: readonly ListedIssue[]
  /** Problems of nodes with data tables, whose columns only the server knows. */
  readonly tableIssues: readonly ListedIssue[]
  /** Schemas of what the workflows put out that nodes of the draft run, as far as they are known. */
  readonly runOutputs: ReadonlyMap<WorkflowId, JsonSchema>
  /** Nodes that this user has just added; missing values are not reported until another node is selected. */
  readonly freshNodes: ReadonlySet<NodeId>
  /** Field that a setting needs which this user has just turned on, such as `dedupe.key`; not reported until it is left. */
  readonly freshSetting: string | null
  readonly problemCounts: ReadonlyMap<NodeId, ProblemCount>
  readonly peers: readonly Peer[]
  readonly peerMarks: ReadonlyMap<NodeId, PeerMark>
  /** Current drag offsets of other users, by node. */
  readonly peerDrags: ReadonlyMap<NodeId, { readonly dx: number; readonly dy: number }>
  readonly dropTarget: DropTarget | null
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly tab: InspectorTab
  /** Field to focus; each object is one request. */
  readonly fieldFocus: FieldAddress | null
  readonly quickAdd: QuickAdd | null
  /** True if the next positions come from a layout, so that cards are animated. */
  readonly isArranging: boolean
  readonly panels: Panels
  /** True if the editor is so narrow that the inspector covers the canvas. */
  readonly isNarrow: boolean
  /** True if the editor is as narrow as a phone, so that it has no canvas and no palette. */
  readonly isPhone: boolean
  /** True if a narrow editor shows the workflow settings above the canvas while no node is selected. */
  readonly isWorkflowPanelOpen: boolean
  /** Current view of the document. */
  readonly view: 'canvas' | 'outline'
  readonly openPanel: 'problems' | 'shortcuts' | 'publish' | 'try' | 'run' | 'versions' | 'pause' | 'extract' | null
  /** Notes of the next version, before anything is typed there. */
  readonly suggestedNotes: string
  /** Node whose port is being chosen by keyboard; `null` if none. */
  readonly connecting: NodeId | null
  readonly announcement: { readonly text: string; readonly count: number }
}
