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
  return new ChangesOfMachine()
}

// A class, as for the machine itself.
class ChangesOfMachine implements UndoLog {
  operations = 0
  readonly #undos: (() => void)[] = []

  visit(): void {
    this.operations += 1
  }

  note(undo: () => void): void {
    this.operations += 1
    this.#undos.push(undo)
  }

  setField<Target extends object, Key extends keyof Target>(target: Target, key: Key, value: Target[Key]): void {
    const before = target[key]
    this.note(() => {
      target[key] = before
    })
    target[key] = value
  }

  setItem<Item>(list: Item[], index: number, item: Item): void {
    const before = itemAt(list, index)
    this.note(() => {
      list[index] = before
    })
    list[index] = item
  }

  setEntry<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    this.note(restoreEntry(map, key))
    map.set(key, value)
  }

  deleteEntry<Key, Value>(map: Map<Key, Value>, key: Key): void {
    this.note(restoreEntry(map, key))
    map.delete(key)
  }

  mark(): void {
    this.#undos.length = 0
  }

  rollback(): void {
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) undo()
  }
}

function restoreEntry<Key, Value>(map: Map<Key, Value>, key: Key): () => void {
  const before = map.get(key)
  return before === undefined ? () => map.delete(key) : () => map.set(key, before)
}
