import * as Y from 'yjs'
import type { ParamPath } from '../document/operation.ts'
import type { NodeId } from '../ids.ts'
import { mapRootOf } from './draft-roots.ts'

/** What lies under one key of a shared object or one index of a shared list. */
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
 * The shared text of a param, for an editor that binds to it.
 *
 * It is there for every param with the control `text`, `prompt` or `code`, also while the param has no value.
 *
 * @returns `undefined` when the param is a plain value or not there; change it by operations then.
 */
export function paramText(ydoc: Y.Doc, nodeId: NodeId, path: ParamPath): Y.Text | undefined {
  return textOrNothing(path.reduce<unknown>(sharedChild, fieldOf(ydoc, 'nodes', nodeId, 'params')))
}

/** The shared notes of a node. */
export function notesText(ydoc: Y.Doc, nodeId: NodeId): Y.Text | undefined {
  return textOrNothing(fieldOf(ydoc, 'nodes', nodeId, 'notes'))
}

/** The shared text of an annotation. */
export function annotationText(ydoc: Y.Doc, annotationId: string): Y.Text | undefined {
  return textOrNothing(fieldOf(ydoc, 'annotations', annotationId, 'text'))
}
