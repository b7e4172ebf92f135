import * as Y from 'yjs'
import { frameInvalid } from './frames.ts'

/**
 * A client that has something, but not what every copy of this draft began with, has another document.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID`.
 */
export function isOfAnotherLife(stateVector: Uint8Array, genesis: number | null): boolean {
  const state = decodeStateVector(stateVector)
  return state.size > 0 && genesis !== null && !state.has(genesis)
}

/** Returns the update that a client with this state lacks. @throws {@link TenonError} `COLLAB_FRAME_INVALID`. */
export function encodeStateFor(ydoc: Y.Doc, stateVector: Uint8Array): Uint8Array {
  try {
    return Y.encodeStateAsUpdate(ydoc, stateVector)
  } catch (cause) {
    throw frameInvalid('The state vector cannot be answered', cause)
  }
}

function decodeStateVector(stateVector: Uint8Array): ReadonlyMap<number, number> {
  try {
    return Y.decodeStateVector(stateVector)
  } catch (cause) {
    throw frameInvalid('The state vector cannot be read', cause)
  }
}
