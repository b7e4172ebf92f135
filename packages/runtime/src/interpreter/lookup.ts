import { TenonError } from '@tenon/core/errors'

/**
 * Returns an element that must exist.
 *
 * @throws {@link TenonError} `INTERNAL` if it does not: the structure is broken.
 */
export function itemAt<Item>(list: ArrayLike<Item>, index: number): Item {
  const item = list[index]
  if (item === undefined) throw new TenonError('INTERNAL', `No item at ${index} of ${list.length}`)
  return item
}

/**
 * Returns an entry that must exist.
 *
 * @throws {@link TenonError} `INTERNAL` if it does not.
 */
export function entryOf<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value === undefined) throw new TenonError('INTERNAL', `No entry for ${String(key)}`)
  return value
}

/**
 * Returns a value that must exist.
 *
 * @throws {@link TenonError} `INTERNAL` if it does not.
 */
export function present<Value>(value: Value | null): Value {
  if (value === null) throw new TenonError('INTERNAL', 'A value that must exist is missing')
  return value
}
