import * as Y from 'yjs'
import type { ParamPath } from '../document/operation.ts'
import type { NodeId } from '../ids.ts'
import { mapRootOf } from './draft-roots.ts'

/** Returns the value under a key of a shared object or an index of a shared list. */
export function sharedChild(container: unknown, key: string | number): unknown {
  if (container instanceof Y.Map && typeof key === 'string') return container.get(key)
  if (container instanceof Y.Array && typeof key === 'number') return container.get(key)
  return undefined
}

function fieldOf(ydoc: Y.Doc, root: 'nodes' | 'annotations', id: string, field: string): unknown {
  return sharedChild(mapRootOf(ydoc, root)?.get(id), field)
}

const textOrNothing = (value: unknown): Y.Text | undefined => (value instanceof Y.Text ? value : undefined)

/**
 * Returns the shared text of a param, for an editor that binds to it.
 *
 * Every param with the control `text`, `prompt` or `code` has one, even without a value.
 *
 * @returns `undefined` if the param is missing or a plain value; change it by operations then.
 */
export function paramText(ydoc: Y.Doc, nodeId: NodeId, path: ParamPath): Y.Text | undefined {
  return textOrNothing(path.reduce<unknown>(sharedChild, fieldOf(ydoc, 'nodes', nodeId, 'params')))
}

/** Returns the shared notes of a node; `undefined` for an unknown node. */
export function notesText(ydoc: Y.Doc, nodeId: NodeId): Y.Text | undefined {
  return textOrNothing(fieldOf(ydoc, 'nodes', nodeId, 'notes'))
}

/** Returns the shared text of an annotation; `undefined` for an unknown one. */
export function annotationText(ydoc: Y.Doc, annotationId: string): Y.Text | undefined {
  return textOrNothing(fieldOf(ydoc, 'annotations', annotationId, 'text'))
}
