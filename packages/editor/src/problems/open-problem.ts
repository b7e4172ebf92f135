import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import type { EditorSession } from '../session/session-types.ts'
import type { EditorProblem } from '../store/editor-state.ts'
import { select } from '../store/editor-store.ts'

/** Fields of a node's policy; a problem that names one is shown on the policy tab. */
const POLICY = 'policy'

/** Shows the field of a problem: reveals its node, opens its tab and focuses its field. */
export function openProblem(session: EditorSession, canvas: CanvasSlot, problem: EditorProblem): void {
  const { store } = session
  if (problem.nodeId === null) {
    if (problem.edgeId !== null) select(store, [], [problem.edgeId])
    return
  }
  select(store, [problem.nodeId])
  canvas.current?.reveal(problem.nodeId)
  const isPolicy = problem.field[0] === POLICY
  store.setState({
    openPanel: null,
    tab: isPolicy ? 'policy' : 'setup',
    fieldFocus: {
      nodeId: problem.nodeId,
      path: problem.field[0] === 'params' ? problem.field.slice(1) : problem.field,
    },
  })
}
