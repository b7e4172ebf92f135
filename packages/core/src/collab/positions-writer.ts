import type * as Y from 'yjs'
import type { WorkflowNode } from '../document/types.ts'
import { positionEntry } from './write-document.ts'

/** Writes positions with one entry per node: the old one is deleted, the new one appended. */
export interface PositionsWriter {
  set(nodes: readonly Pick<WorkflowNode, 'id' | 'position' | 'size'>[]): void
  remove(ids: ReadonlySet<unknown>): void
}

const idOf = (entry: unknown): unknown => (Array.isArray(entry) ? entry[0] : undefined)

/** Reads the list once, so that adding many nodes does not scan it for each. */
export function createPositionsWriter(positions: Y.Array<unknown>): PositionsWriter {
  const known = new Set(positions.toArray().map(idOf))
  const remove = (ids: ReadonlySet<unknown>): void => {
    if (![...ids].some((id) => known.has(id))) return
    const entries = positions.toArray()
    for (let index = entries.length - 1; index >= 0; index--) if (ids.has(idOf(entries[index]))) positions.delete(index)
    for (const id of ids) known.delete(id)
  }
  return {
    remove,
    set(nodes) {
      remove(new Set(nodes.map(({ id }) => id)))
      positions.push(nodes.map(positionEntry))
      for (const { id } of nodes) known.add(id)
    },
  }
}
