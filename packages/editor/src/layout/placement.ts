import type { NodeManifestEntry } from '@tenon/core/node'
import type { Placement } from '../commands/command.ts'
import type { CanvasHandle } from '../contexts/canvas-handle.ts'
import { NODE_HEIGHT, NODE_WIDTH } from '../frames/card-size.ts'
import { nodeBoxes } from '../frames/node-boxes.ts'
import { fitsInLoop, isContainer, loopsAround } from '../graph/containers.ts'
import type { EditorState } from '../store/editor-state.ts'
import { besideOthers } from './beside-others.ts'

/**
 * Chooses the position of a node that is added without a pointer: in the selected loop if it is empty, else after the
 * only selected node, after the only node of the document, else in the middle of the view, where it covers no card.
 *
 * @param added - Type of the node. Triggers and end nodes go outside of loops. @defaultValue not known yet
 */
export function placementAtSelection(
  { document, manifest, selectedNodes, nodesById }: EditorState,
  canvas: CanvasHandle | null,
  added?: NodeManifestEntry,
): Placement {
  const [only, ...more] = selectedNodes
  if (only !== undefined && more.length === 0) {
    if (added !== undefined && !fitsInLoop(added)) {
      return { kind: 'after', nodeId: loopsAround(nodesById, only).at(-1) ?? only }
    }
    const node = nodesById.get(only)
    const isFilled = document.nodes.some(({ parentId }) => parentId === only)
    const isEmptyLoop = node !== undefined && isContainer(manifest.entryOf(node)) && !isFilled
    return { kind: isEmptyLoop ? 'inside' : 'after', nodeId: only }
  }
  const [single, ...others] = document.nodes
  if (single !== undefined && others.length === 0) return { kind: 'after', nodeId: single.id }
  const center = canvas?.center() ?? { x: 0, y: 0 }
  const box = { x: center.x - NODE_WIDTH / 2, y: center.y - NODE_HEIGHT / 2, width: NODE_WIDTH, height: NODE_HEIGHT }
  const boxes = canvas?.boxes() ?? nodeBoxes(document, manifest)
  const shift = besideOthers([box], [...boxes.values()])
  return { kind: 'at', position: { x: box.x + shift.x, y: box.y + shift.y } }
}
