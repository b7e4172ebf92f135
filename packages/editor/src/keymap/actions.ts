import type { NodeId } from '@tenon/core/document'
import { documentOrder } from '@tenon/core/document'
import { movesBy } from '../commands/plan-loops.ts'
import type { Actions } from '../contexts/action-names.ts'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { loadPart } from '../instance/load-part.ts'
import type { LayoutProvider } from '../layout/layout-provider.ts'
import { placementAtSelection } from '../layout/placement.ts'
import type { EditorSession } from '../session/session-types.ts'
import { select } from '../store/editor-store.ts'
import { type PanelName, withPanel } from '../store/panels.ts'

interface ActionOptions {
  readonly session: EditorSession
  readonly canvas: CanvasSlot
  readonly layout: () => LayoutProvider
  readonly copySelection: () => void
  readonly paste: () => void
  readonly focusInspector: (part: 'name' | 'form') => void
  /** Focuses the view of the workflow once it is mounted. */
  readonly focusView: () => void
  /** Called when the nodes could not be arranged, such as without a network. */
  readonly onTidyUpFailed: () => void
}

const NEAR = 10
const FAR = 100

/** Creates the actions of the keys and buttons of one editor. */
export function createActions(options: ActionOptions): Actions {
  const { session, canvas, layout, copySelection, paste, focusInspector, focusView, onTidyUpFailed } = options
  const { store, dispatch } = session
  const selected = () => [...store.getState().selectedNodes]
  const move = (dx: number, dy: number) => () => {
    const { document, selectedNodes } = store.getState()
    const moves = movesBy(document, selectedNodes, { x: dx, y: dy })
    if (moves.length > 0) dispatch({ type: 'move-nodes', moves })
  }
  const remove = () => {
    const { selectedEdges } = store.getState()
    const nodeIds = selected()
    if (nodeIds.length + selectedEdges.size === 0) return
    dispatch({ type: 'delete-nodes', nodeIds, edgeIds: [...selectedEdges] })
    canvas.current?.focus()
  }
  const stride = (direction: 1 | -1) => () => {
    const { document, selectedNodes } = store.getState()
    const { order } = documentOrder(document)
    const at = order.findIndex((id) => selectedNodes.has(id))
    const next: NodeId | undefined = order[at < 0 ? 0 : (at + direction + order.length) % order.length]
    if (next === undefined) return
    select(store, [next])
    canvas.current?.reveal(next)
  }
  const setPanel = (name: PanelName, isOpen: boolean) =>
    store.setState(({ panels }) => ({ panels: withPanel(panels, name, { isOpen }) }))
  const toggle = (name: PanelName) => () => setPanel(name, !store.getState().panels[name].isOpen)
  const toggleInspector = () => {
    const { isNarrow, isWorkflowPanelOpen } = store.getState()
    if (!isNarrow) {
      toggle('inspector')()
      return
    }
    if (selected().length > 0) select(store, [])
    else store.setState({ isWorkflowPanelOpen: !isWorkflowPanelOpen })
  }
  const openInspector = (part: 'name' | 'form') => {
    setPanel('inspector', true)
    focusInspector(part)
  }
  return {
    undo: session.undo,
    redo: session.redo,
    delete: remove,
    duplicate: () => {
      const nodeIds = selected()
      if (nodeIds.length > 0) dispatch({ type: 'duplicate', nodeIds })
    },
    copy: copySelection,
    cut: () => {
      copySelection()
      remove()
    },
    paste,
    'select-all': () => select(store, store.getState().nodesById.keys()),
    'clear-selection': () => select(store, []),
    'quick-add': () => {
      if (store.getState().isReadOnly) return
      store.setState({ quickAdd: { placement: placementAtSelection(store.getState(), canvas.current), at: null } })
    },
    rename: () => openInspector('name'),
    'toggle-disabled': () => {
      const nodeIds = selected()
      const isEnabled = nodeIds.some((id) => store.getState().nodesById.get(id)?.disabled !== true)
      if (nodeIds.length > 0) dispatch({ type: 'set-fields', nodeIds, set: { disabled: isEnabled ? true : null } })
    },
    connect: () => {
      const [only, ...more] = selected()
      if (only !== undefined && more.length === 0 && !store.getState().isReadOnly) store.setState({ connecting: only })
    },
    'wrap-in-loop': () => {
      const nodeIds = selected()
      if (nodeIds.length === 0) return
      const wrapped = dispatch({ type: 'wrap-in-loop', nodeIds })
      const [loop] = wrapped.ok ? wrapped.selected : []
      if (loop !== undefined) canvas.current?.revealIfHidden(loop)
    },
    extract: () => {
      const { selectedNodes, isReadOnly, workflow } = store.getState()
      // A controlled editor has no server to store the new workflow.
      if (selectedNodes.size > 0 && !isReadOnly && workflow !== null) store.setState({ openPanel: 'extract' })
    },
    'tidy-up': () => {
      if (store.getState().isReadOnly) return
      const isPart = store.getState().selectedNodes.size > 1
      loadPart(() => import('../layout/tidy-up.ts'))
        .then(({ tidyUp }) => tidyUp(session, layout(), canvas.current))
        .then(() => {
          if (!isPart) canvas.current?.read()
        }, onTidyUpFailed)
    },
    fit: () => canvas.current?.fit(),
    'zoom-in': () => canvas.current?.zoomIn(),
    'zoom-out': () => canvas.current?.zoomOut(),
    'zoom-reset': () => canvas.current?.zoomReset(),
    'move-left': move(-NEAR, 0),
    'move-right': move(NEAR, 0),
    'move-up': move(0, -NEAR),
    'move-down': move(0, NEAR),
    'move-left-far': move(-FAR, 0),
    'move-right-far': move(FAR, 0),
    'move-up-far': move(0, -FAR),
    'move-down-far': move(0, FAR),
    'next-node': stride(1),
    'previous-node': stride(-1),
    'open-inspector': () => openInspector('form'),
    'toggle-outline': () => {
      // A phone shows the outline only.
      if (store.getState().isPhone) return
      store.setState(({ view }) => ({ view: view === 'canvas' ? 'outline' : 'canvas' }))
      focusView()
    },
    'leave-panel': focusView,
    'toggle-palette': () => {
      if (!store.getState().isPhone) toggle('palette')()
    },
    'toggle-inspector': toggleInspector,
    'show-problems': () => store.setState({ openPanel: 'problems' }),
    'show-shortcuts': () => store.setState({ openPanel: 'shortcuts' }),
  }
}
