import type { JoinMode } from '@tenon/core/document'

/** State of the incoming edges of a node. */
export interface Arrivals {
  /** Edges whose source is not finished. */
  readonly pending: number
  /** Live edges. */
  readonly live: number
  /** Live edges by neither an `error` port nor `continue`. */
  readonly clean: number
}

/** Decision of a join; `arrived` counts the edges that its mode counts. */
export interface JoinVerdict {
  readonly kind: 'wait' | 'fire' | 'dead' | 'unsatisfied'
  readonly arrived: number
  readonly need: number
}

/**
 * Decides whether a node starts. `all` counts the edges that are or may still become live; the others fire with the
 * arrival that they need, and fail once every edge is finished without it. A node without a live edge is dead in every
 * mode.
 */
export function judgeJoin(mode: JoinMode, { pending, live, clean }: Arrivals): JoinVerdict {
  const arrived = mode === 'first-success' ? clean : live
  const need = mode === 'all' ? live + pending : typeof mode === 'object' ? mode.count : 1
  if (arrived > 0 && arrived >= need) return { kind: 'fire', arrived, need }
  if (pending > 0) return { kind: 'wait', arrived, need }
  return { kind: live === 0 ? 'dead' : 'unsatisfied', arrived, need }
}

/** Checks whether a node with this mode may fire before all of its edges are finished. */
export function isRacing(mode: JoinMode): boolean {
  return mode !== 'all'
}
