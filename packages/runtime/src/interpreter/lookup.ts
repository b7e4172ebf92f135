import { TenonError } from '@tenon/core/errors'

/**
 * Reads an element that must be there.
 *
 * @throws {@link TenonError} `INTERNAL` if it is not: the structure that holds it is broken.
 */
export function itemAt<Item>(list: ArrayLike<Item>, index: number): Item {
  const item = list[index]
  if (item === undefined) throw new TenonError('INTERNAL', `No item at ${index} of ${list.length}`)
  return item
}

/**
 * Reads an entry that must be there.
 *
 * @throws {@link TenonError} `INTERNAL` if it is not.
 */
export function entryOf<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key)
  if (value === undefined) throw new TenonError('INTERNAL', `No entry for ${String(key)}`)
  return value
}
