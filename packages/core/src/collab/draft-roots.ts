import * as Y from 'yjs'

/** The roots of a draft's Y.Doc; an update that names any other is refused by the server. */
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

/** What one update, one draft and one awareness state may hold at most. */
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

/** A map root for writing; it is made if it is not there yet. */
export function mapRoot(ydoc: Y.Doc, root: MapRoot): Y.Map<unknown> {
  return ydoc.getMap(root)
}

/** The positions for writing. */
export function positionsRoot(ydoc: Y.Doc): Y.Array<unknown> {
  return ydoc.getArray('positions')
}

/** A map root for reading, or `null` if something else lies in its place. */
export function mapRootOf(ydoc: Y.Doc, root: MapRoot): Y.Map<unknown> | null {
  const type = ydoc.share.get(root)
  if (type === undefined) return null
  if (type instanceof Y.Map) return type
  return type.constructor === Y.AbstractType ? ydoc.getMap(root) : null
}

/** The positions for reading, or `null` if something else lies in their place. */
export function positionsRootOf(ydoc: Y.Doc): Y.Array<unknown> | null {
  const type = ydoc.share.get('positions')
  if (type === undefined) return null
  if (type instanceof Y.Array) return type
  return type.constructor === Y.AbstractType ? ydoc.getArray('positions') : null
}

/** What an undo manager of the editor watches: everything that a client writes. */
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
 * The client id under which the server seeded the draft; `null` before the seed has arrived.
 *
 * A state vector that is not empty and lacks this id belongs to an older life of the draft.
 */
export function genesisOf(ydoc: Y.Doc): number | null {
  const genesis = mapRootOf(ydoc, 'meta')?.get('genesis')
  return typeof genesis === 'number' ? genesis : null
}
