import type { NodeMove } from '@tenon/core/document'
import type { CanvasHandle } from '../canvas/canvas-handle.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../commands/new-node.ts'
import type { EditorSession } from '../session/editor-session.ts'
import type { LayoutProvider } from './layout-provider.ts'

/**
 * Arranges the selected nodes, or all when fewer than two are selected. A part of a workflow is arranged where
 * it stands; locked nodes stay.
 */
export async function tidyUp(session: EditorSession, layout: LayoutProvider, canvas: CanvasHandle | null) {
  const { document, selectedNodes } = session.store.getState()
  const isPart = selectedNodes.size > 1
  const nodes = document.nodes.filter((node) => node.locked !== true && (!isPart || selectedNodes.has(node.id)))
  if (nodes.length === 0) return
  const ids = new Set(nodes.map((node) => node.id))
  const sizes = canvas?.sizes()
  const places = await layout.arrange({
    nodes: nodes.map(({ id }) => ({ id, ...(sizes?.get(id) ?? { width: NODE_WIDTH, height: NODE_HEIGHT }) })),
    edges: document.edges.filter((edge) => ids.has(edge.source) && ids.has(edge.target)),
  })
  const left = Math.min(...nodes.map((node) => node.position.x))
  const top = Math.min(...nodes.map((node) => node.position.y))
  const moves: NodeMove[] = []
  for (const [nodeId, place] of places) {
    moves.push({ nodeId, position: isPart ? { x: place.x + left, y: place.y + top } : place })
  }
  session.store.setState({ isArranging: true })
  session.dispatch({ type: 'tidy-up', moves })
}
