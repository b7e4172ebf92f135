import { itemAt } from './lookup.ts'

/**
 * Every change of a machine's state goes through here, so that it can be taken back to the mark at a cost
 * that depends on the changes alone, not on the size of the run.
 */
export interface UndoLog {
  /** Changes and visits so far: what a fact costs, for tests that compare runs of different sizes. */
  readonly operations: number
  /** Counts work that changes nothing. */
  visit(): void
  /** Notes how to take back the change that is about to be made. */
  note(undo: () => void): void
  setField<Target extends object, Key extends keyof Target>(target: Target, key: Key, value: Target[Key]): void
  setItem<Item>(list: Item[], index: number, item: Item): void
  setEntry<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void
  deleteEntry<Key, Value>(map: Map<Key, Value>, key: Key): void
  /** Forgets how to go back; the state stays as it is. */
  mark(): void
  /** Takes back every change since the mark, the last one first. */
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
