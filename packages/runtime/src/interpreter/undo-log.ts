import { itemAt } from './lookup.ts'

/**
 * Undo log of a machine. All changes of its state are recorded here, so that the cost of a rollback to the mark depends
 * on the changes, not on the size of the run.
 */
export interface UndoLog {
  /** Number of changes and visits so far, for tests that compare the cost of runs of different sizes. */
  readonly operations: number
  /** Counts work that changes nothing. */
  visit(): void
  /** Records how to undo the next change. */
  note(undo: () => void): void
  setField<Target extends object, Key extends keyof Target>(target: Target, key: Key, value: Target[Key]): void
  setItem<Item>(list: Item[], index: number, item: Item): void
  setEntry<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void
  deleteEntry<Key, Value>(map: Map<Key, Value>, key: Key): void
  /** Clears the log and keeps the state. */
  mark(): void
  /** Undoes every change since the mark, the last one first. */
  rollback(): void
}

export function createUndoLog(): UndoLog {
  const undos: (() => void)[] = []
  let operations = 0

  function note(undo: () => void): void {
    operations += 1
    undos.push(undo)
  }

  function restoreEntry<Key, Value>(map: Map<Key, Value>, key: Key): () => void {
    const before = map.get(key)
    return before === undefined ? () => map.delete(key) : () => map.set(key, before)
  }

  return {
    get operations() {
      return operations
    },
    visit() {
      operations += 1
    },
    note,
    setField(target, key, value) {
      const before = target[key]
      note(() => {
        target[key] = before
      })
      target[key] = value
    },
    setItem(list, index, item) {
      const before = itemAt(list, index)
      note(() => {
        list[index] = before
      })
      list[index] = item
    },
    setEntry(map, key, value) {
      note(restoreEntry(map, key))
      map.set(key, value)
    },
    deleteEntry(map, key) {
      note(restoreEntry(map, key))
      map.delete(key)
    },
    mark() {
      undos.length = 0
    },
    rollback() {
      for (let undo = undos.pop(); undo !== undefined; undo = undos.pop()) undo()
    },
  }
}
