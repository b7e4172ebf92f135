import type { Placement } from '../commands/command.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../commands/new-node.ts'
import type { CanvasHandle } from '../contexts/canvas-handle.ts'
import type { EditorState } from '../store/editor-state.ts'
import { besideOthers } from './beside-others.ts'

/**
 * Chooses the position of a node that is added without a pointer: after the only selected node, after the only node of
 * the document, else in the middle of the view, where it covers no card.
 */
export function placementAtSelection(
  { document, selectedNodes }: Pick<EditorState, 'document' | 'selectedNodes'>,
  canvas: CanvasHandle | null,
): Placement {
  const [only, ...more] = selectedNodes
  if (only !== undefined && more.length === 0) return { kind: 'after', nodeId: only }
  const [single, ...others] = document.nodes
  if (single !== undefined && others.length === 0) return { kind: 'after', nodeId: single.id }
  const center = canvas?.center() ?? { x: 0, y: 0 }
  const box = { x: center.x - NODE_WIDTH / 2, y: center.y - NODE_HEIGHT / 2, width: NODE_WIDTH, height: NODE_HEIGHT }
  const sizes = canvas?.sizes()
  const cards = document.nodes.map(({ id, position }) => ({
    ...position,
    ...(sizes?.get(id) ?? { width: NODE_WIDTH, height: NODE_HEIGHT }),
  }))
  const shift = besideOthers([box], cards)
  return { kind: 'at', position: { x: box.x + shift.x, y: box.y + shift.y } }
}
