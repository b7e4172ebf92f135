import type { ParamPath } from '@tenon/core/document'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { EditorProblem, FieldAddress } from '../store/editor-state.ts'
import { select } from '../store/editor-store.ts'
import { withPanel } from '../store/panels.ts'

/** Fields of a node's policy; a path that begins with this is shown on the policy tab. */
const POLICY = 'policy'
/** Settings of the workflow in its document; their rows are on the panel of the workflow. */
const SETTINGS = 'settings'

/** Path of the name of a node among the rows of its panel; a param may be called `name` as well. */
export const NODE_NAME: ParamPath = Object.freeze(['node', 'name'])

/** Path of the heading of the panel of the workflow among its rows. */
export const WORKFLOW_HEADING: ParamPath = Object.freeze(['workflow', 'heading'])

/** Shows the field of a problem: reveals its node, opens its tab and focuses its field, or that of the workflow. */
export function openProblem(session: EditorSession, canvas: CanvasSlot, problem: EditorProblem): void {
  if (problem.nodeId !== null) openField(session, canvas, { nodeId: problem.nodeId, path: fieldPath(problem) })
  else if (problem.edgeId !== null) select(session.store, [], [problem.edgeId])
  else if (problem.field[0] === SETTINGS) openField(session, canvas, { nodeId: null, path: fieldPath(problem) })
}

/** Opens the panel of a field, reveals its node and focuses the field. */
export function openField(session: EditorSession, canvas: CanvasSlot, { nodeId, path }: FieldAddress): void {
  const { store } = session
  select(store, nodeId === null ? [] : [nodeId])
  if (nodeId !== null) canvas.current?.reveal(nodeId)
  store.setState(({ panels }) => ({
    openPanel: null,
    panels: withPanel(panels, 'inspector', { isOpen: true }),
    isWorkflowPanelOpen: nodeId === null,
    tab: path[0] === POLICY ? 'policy' : 'setup',
    fieldFocus: { nodeId, path },
  }))
}

/** Returns the path of the row that shows a problem. */
export function fieldPath({ field }: EditorProblem): ParamPath {
  if (field[0] === 'name') return NODE_NAME
  return field[0] === 'params' || field[0] === SETTINGS ? field.slice(1) : field
}
