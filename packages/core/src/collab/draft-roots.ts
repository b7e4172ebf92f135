import * as Y from 'yjs'

/** The roots of a draft's Y.Doc; the server refuses an update that names any other. */
export const DRAFT_ROOTS = Object.freeze({
  meta: 'map',
  nodes: 'map',
  positions: 'array',
  edges: 'map',
  variables: 'map',
  settings: 'map',
  annotations: 'map',
} as const)

/** Names one top-level type of the shared document: a key of {@link DRAFT_ROOTS}. */
export type DraftRoot = keyof typeof DRAFT_ROOTS
type MapRoot = { [Root in DraftRoot]: (typeof DRAFT_ROOTS)[Root] extends 'map' ? Root : never }[DraftRoot]

/** The roots that clients may write; `meta` belongs to the server. */
export const CLIENT_ROOTS: readonly DraftRoot[] = Object.freeze([
  'nodes',
  'positions',
  'edges',
  'variables',
  'settings',
  'annotations',
])

/** Limits of one update, one draft and one awareness state. */
export const DRAFT_LIMITS = Object.freeze({
  /** Bytes of one update from a client. */
  updateBytes: 1_048_576,
  /** Bytes of a whole draft as one update. */
  draftBytes: 16_777_216,
  /** Y types inside each other, counted from a root. */
  typeDepth: 20,
  /** Levels of plain JSON inside one Y value. */
  valueDepth: 64,
  /** Characters of a root's or a Y.Map's key. */
  keyLength: 400,
  awarenessBytes: 4_096,
  awarenessPerSecond: 20,
  /** Node ids in the selection of an awareness state. */
  selection: 200,
})

/** Returns a map root for writing, created if missing. */
export function mapRoot(ydoc: Y.Doc, root: MapRoot): Y.Map<unknown> {
  return ydoc.getMap(root)
}

/** Returns the list of positions for writing, created if missing. */
export function positionsRoot(ydoc: Y.Doc): Y.Array<unknown> {
  return ydoc.getArray('positions')
}

/** Returns a map root for reading; `null` if the root has another type. */
export function mapRootOf(ydoc: Y.Doc, root: MapRoot): Y.Map<unknown> | null {
  const type = ydoc.share.get(root)
  if (type === undefined) return null
  if (type instanceof Y.Map) return type
  return type.constructor === Y.AbstractType ? ydoc.getMap(root) : null
}

/** Returns the list of positions for reading; `null` if the root has another type. */
export function positionsRootOf(ydoc: Y.Doc): Y.Array<unknown> | null {
  const type = ydoc.share.get('positions')
  if (type === undefined) return null
  if (type instanceof Y.Array) return type
  return type.constructor === Y.AbstractType ? ydoc.getArray('positions') : null
}

/** Returns the scope of the editor's undo manager: every root that a client writes. */
export function draftUndoScope(ydoc: Y.Doc): (Y.Map<unknown> | Y.Array<unknown>)[] {
  return [
    mapRoot(ydoc, 'nodes'),
    positionsRoot(ydoc),
    mapRoot(ydoc, 'edges'),
    mapRoot(ydoc, 'variables'),
    mapRoot(ydoc, 'settings'),
    mapRoot(ydoc, 'annotations'),
  ]
}

/**
 * Returns the client id under which the server seeded the draft; `null` before the seed has arrived.
 *
 * A state vector that is not empty and lacks this id belongs to a draft that was replaced.
 */
export function genesisOf(ydoc: Y.Doc): number | null {
  const genesis = mapRootOf(ydoc, 'meta')?.get('genesis')
  return typeof genesis === 'number' ? genesis : null
}
