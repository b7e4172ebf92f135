import type { ValueRef } from '@tenon/core/run'
import { itemAt } from './lookup.ts'
import type { UndoLog } from './undo-log.ts'

/** Index from each top-level key of the run's data to the nodes whose output has it, in document order. */
export interface KeyOwners {
  /** Adds the keys of an output; the output of an `error` port is a failure and not data of the run. */
  add(node: number, port: string, output: ValueRef): void
  /** Returns the nodes whose output has the key, ascending. */
  ownersOf(key: string): readonly number[]
}

/** Returns the index of the first item ≥ `value` in an ascending list. */
export function lowerBound(list: readonly number[], value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (itemAt(list, middle) < value) low = middle + 1
    else high = middle
  }
  return low
}

export function createKeyOwners(undoLog: UndoLog): KeyOwners {
  const byKey = new Map<string, number[]>()

  function addKey(key: string, node: number): void {
    const owners = byKey.get(key) ?? []
    byKey.set(key, owners)
    undoLog.note(() => owners.splice(lowerBound(owners, node), 1))
    owners.splice(lowerBound(owners, node), 0, node)
  }

  return {
    add(node, port, { keys = [] }) {
      if (port === 'error') return
      for (const key of keys) addKey(key, node)
    },
    ownersOf: (key) => byKey.get(key) ?? [],
  }
}
