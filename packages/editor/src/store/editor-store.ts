import { EMPTY_DOCUMENT, type WorkflowDocument } from '@tenon/core/document'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { createManifestIndex, EMPTY_MANIFEST } from '../manifest/manifest-index.ts'
import { deletedNode } from './deleted-node.ts'
import type { EditorState, InputState, Peer } from './editor-state.ts'
import { DEFAULT_PANELS } from './panels.ts'
import { shareStructure } from './share-structure.ts'

export type EditorStore = StoreApi<EditorState>

const NOTHING: ReadonlySet<string> = new Set()

/** Creates the state of one mounted editor; do not share it between editors. */
export function createEditorStore(initial: Partial<EditorState> = {}): EditorStore {
  return createStore<EditorState>(() => ({
    phase: { kind: 'loading' },
    document: EMPTY_DOCUMENT,
    nodesById: new Map(),
    manifest: createManifestIndex(EMPTY_MANIFEST),
    workflow: null,
    role: 'editor',
    isReadOnly: false,
    sync: 'local',
    transport: 'socket',
    input: { isTyping: false, refused: [] },
    isStoringDetails: false,
    repairs: [],
    losses: [],
    published: null,
    selectedNodes: NOTHING,
    selectedEdges: NOTHING,
    collapsed: NOTHING,
    deletedNode: null,
    problems: [],
    serverIssues: [],
    scheduleIssues: [],
    tableIssues: [],
    runOutputs: new Map(),
    freshNodes: NOTHING,
    freshSetting: null,
    problemCounts: new Map(),
    peers: [],
    peerMarks: new Map(),
    peerDrags: new Map(),
    dropTarget: null,
    canUndo: false,
    canRedo: false,
    tab: 'setup',
    fieldFocus: null,
    quickAdd: null,
    isArranging: false,
    panels: DEFAULT_PANELS,
    isNarrow: false,
    isPhone: false,
    isWorkflowPanelOpen: false,
    view: 'canvas',
    openPanel: null,
    suggestedNotes: '',
    connecting: null,
    announcement: { text: '', count: 0 },
    ...initial,
  }))
}

/**
 * Applies a newly read document: equal parts keep their references, deleted nodes are removed from the selection.
 *
 * @param others - The other users if they may have changed the document; `null` for changes of this user alone. If
 * they have deleted the selected node, it is kept as `deletedNode` until it is restored.
 */
export function acceptDocument(
  store: EditorStore,
  read: WorkflowDocument,
  others: readonly Peer[] | null = null,
): void {
  const state = store.getState()
  const document = shareStructure(state.document, read)
  if (document === state.document) return
  const nodesById = new Map(document.nodes.map((node) => [node.id, node]))
  const edgeIds = new Set(document.edges.map((edge) => edge.id))
  const [only, ...more] = state.selectedNodes
  const isOpen = others !== null && only !== undefined && more.length === 0
  const deleted = isOpen ? deletedNode(only, state.document, document, others) : null
  const known = state.deletedNode
  const isBack = known !== null && nodesById.has(known.node.id)
  store.setState({
    document,
    nodesById,
    selectedNodes: isBack ? new Set([known.node.id]) : keep(state.selectedNodes, (id) => nodesById.has(id)),
    selectedEdges: keep(state.selectedEdges, (id) => edgeIds.has(id)),
    collapsed: keep(state.collapsed, (id) => nodesById.has(id)),
    deletedNode: isBack ? null : (deleted ?? known),
  })
}

/** Sets the selection; the sets keep their reference if they are equal. */
export function select(store: EditorStore, nodeIds: Iterable<string>, edgeIds: Iterable<string> = []): void {
  const state = store.getState()
  const selectedNodes = sameOr(state.selectedNodes, new Set(nodeIds))
  const selectedEdges = sameOr(state.selectedEdges, new Set(edgeIds))
  const isSame = selectedNodes === state.selectedNodes && selectedEdges === state.selectedEdges
  if (isSame && state.deletedNode === null) return
  // The panel of a node replaces this one, and closing it shows the canvas.
  const isWorkflowPanelOpen = selectedNodes.size === 0 && state.isWorkflowPanelOpen
  store.setState({ selectedNodes, selectedEdges, isWorkflowPanelOpen, deletedNode: null })
}

/** Stores the state of the typed input. */
export function showInput(store: EditorStore, input: InputState): void {
  const before = store.getState().input
  if (before.isTyping === input.isTyping && before.refused.length + input.refused.length === 0) return
  store.setState({ input })
}

/** Announces a text to assistive technology; a repeated text is announced again. */
export function announce(store: EditorStore, text: string): void {
  store.setState(({ announcement }) => ({ announcement: { text, count: announcement.count + 1 } }))
}

function keep(set: ReadonlySet<string>, isKept: (id: string) => boolean): ReadonlySet<string> {
  const kept = [...set].filter(isKept)
  return kept.length === set.size ? set : new Set(kept)
}

function sameOr(previous: ReadonlySet<string>, next: ReadonlySet<string>): ReadonlySet<string> {
  return previous.size === next.size && [...next].every((id) => previous.has(id)) ? previous : next
}
