import type { Role } from '@tenon/core/api'
import type { Workflow } from '@tenon/core/client'
import type { DraftLoss } from '@tenon/core/collab'
import type {
  DocumentOperation,
  NodeId,
  ParamPath,
  Position,
  WorkflowDocument,
  WorkflowNode,
} from '@tenon/core/document'
import type { Placement } from '../commands/command.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { RefusedInput } from '../session/pending-input.ts'
import type { Panels } from './panels.ts'

/** How far the draft has come from the server, and what went wrong on the way. */
export type Phase =
  | { readonly kind: 'loading' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: unknown }

/**
 * State of the last change: `local` means that no server is involved, `unsent` that it waits for a lost connection,
 * `offline` that the connection is lost and nothing waits.
 */
export type SyncState = 'local' | 'connecting' | 'saving' | 'saved' | 'offline' | 'unsent' | 'closed'

/** Input that was typed but not committed to the draft yet. */
export interface InputState {
  /** A field has text that is not committed yet. */
  readonly isTyping: boolean
  /** Texts that the draft cannot take. */
  readonly refused: readonly RefusedInput[]
}

/** One fault of the draft, as the problem list and the fields show it. */
export interface EditorProblem {
  readonly id: string
  readonly nodeId: NodeId | null
  readonly edgeId: string | null
  /** Where in the node: `['params', …]`, `['policy', …]`, `['name']`; empty when the node itself is meant. */
  readonly field: ParamPath
  /** Where in the text there, `end` exclusive. */
  readonly range: { readonly start: number; readonly end: number } | null
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
  /** Ways to correct it, the best first. */
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

/** The problems of one node in short, for its card. */
export interface ProblemCount {
  readonly count: number
  readonly severity: 'error' | 'warning'
  readonly first: string
}

/** Somebody else who has the draft open. */
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

/** Who has a node selected; its own object, so that moving a cursor draws no card again. */
export interface PeerMark {
  readonly clientId: number
  readonly displayName: string
  readonly color: string
}

/** What a connection or a dragged node type would meet if it were dropped now. */
export type DropTarget =
  | { readonly kind: 'node'; readonly nodeId: NodeId; readonly isAllowed: boolean }
  | { readonly kind: 'edge'; readonly edgeId: string }

export type InspectorTab = 'setup' | 'policy' | 'input' | 'last-run'

/** A wish to put the focus into one field; a new object is a new wish. */
export interface FieldFocus {
  readonly nodeId: NodeId
  readonly path: ParamPath
}

/** Where the quick-add list stands open. `at` is relative to the canvas element. */
export interface QuickAdd {
  readonly placement: Placement
  readonly at: Position | null
}

/** Everything that the parts of one editor share; each part subscribes to the slice that it shows. */
export interface EditorState {
  readonly phase: Phase
  readonly document: WorkflowDocument
  readonly nodesById: ReadonlyMap<NodeId, WorkflowNode>
  readonly manifest: ManifestIndex
  readonly workflow: Workflow | null
  readonly role: Role
  /** Nothing can be changed: a viewer, a published version, or the host's wish. */
  readonly isReadOnly: boolean
  readonly sync: SyncState
  /** Over HTTP there is no presence, and changes of others arrive a little later. */
  readonly transport: 'socket' | 'http'
  readonly input: InputState
  /** Name or description are on their way to the server. */
  readonly isStoringDetails: boolean
  /** Sentences about edits that a merge of several people's work left out. */
  readonly repairs: readonly string[]
  /** Content of the draft that cannot be read. */
  readonly losses: readonly DraftLoss[]
  /** Set when the latest version has been loaded. */
  readonly published: PublishedVersion | null
  readonly selectedNodes: ReadonlySet<NodeId>
  readonly selectedEdges: ReadonlySet<string>
  readonly problems: readonly EditorProblem[]
  /** Nodes that this person has just added: what they still lack is no problem until they are left. */
  readonly freshNodes: ReadonlySet<NodeId>
  readonly problemCounts: ReadonlyMap<NodeId, ProblemCount>
  readonly peers: readonly Peer[]
  readonly peerMarks: ReadonlyMap<NodeId, PeerMark>
  /** How far others are dragging nodes right now. */
  readonly peerDrags: ReadonlyMap<NodeId, { readonly dx: number; readonly dy: number }>
  readonly dropTarget: DropTarget | null
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly tab: InspectorTab
  readonly fieldFocus: FieldFocus | null
  readonly quickAdd: QuickAdd | null
  /** The places that the next reading brings come from an arrangement: cards glide there. */
  readonly isArranging: boolean
  readonly panels: Panels
  /** The editor is so narrow that the inspector lies over the canvas. */
  readonly isNarrow: boolean
  /** A narrow editor shows the settings of the workflow over the canvas while nothing is selected. */
  readonly isWorkflowPanelOpen: boolean
  /** Two views of one document. */
  readonly view: 'canvas' | 'outline'
  readonly openPanel: 'problems' | 'shortcuts' | 'publish' | 'try' | 'run' | null
  /** The node whose way out is being chosen by keyboard. */
  readonly connecting: NodeId | null
  readonly announcement: { readonly text: string; readonly count: number }
}
