import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing'
import type * as Y from 'yjs'
import { sharedEntries } from './plain-value.ts'

const ORDER_KEY = /^[A-Za-z][0-9A-Za-z]{1,200}$/
/** Sorts after every order key. */
const LAST = '~'

/** Returns ascending order keys for a list that is written at once. */
export function orderKeys(count: number): string[] {
  return generateNKeysBetween(null, null, count)
}

/** An entry with an order key. */
export interface Ordered {
  readonly id: string
  /** The stored key as it is. */
  readonly order: unknown
}

const keyOf = ({ order }: Ordered): string => (typeof order === 'string' && ORDER_KEY.test(order) ? order : LAST)

/** Compares by order key, ties by id; entries without a valid key come last. */
export function compareOrdered(a: Ordered, b: Ordered): number {
  const [keyA, keyB] = [keyOf(a), keyOf(b)]
  if (keyA !== keyB) return keyA < keyB ? -1 : 1
  return a.id < b.id ? -1 : Number(a.id > b.id)
}

function keyBetween(before: Ordered | undefined, after: Ordered | undefined): string | null {
  const low = before === undefined ? null : keyOf(before)
  const high = after === undefined ? null : keyOf(after)
  if (low === LAST || (low !== null && high !== null && low >= high)) return null
  try {
    const key = generateKeyBetween(low, high === LAST ? null : high)
    return ORDER_KEY.test(key) ? key : null
  } catch {
    return null
  }
}

/** Order of the entries of one root, for inserting entries while operations are written. */
export interface OrderBook {
  /** Returns an order key before the entry `before`; with `null`, after the last entry. */
  insert(id: string, before: string | null): string
  remove(id: string): void
}

/**
 * Reads the order of entries once and tracks insertions.
 *
 * @param write - Stores a new key of an existing entry. If two neighbors share a key, no key fits between them, and all
 * keys are reassigned.
 */
export function openOrderBook(entries: readonly Ordered[], write: (id: string, key: string) => void): OrderBook {
  let book = [...entries].sort(compareOrdered)
  const remove = (id: string): void => {
    book = book.filter((entry) => entry.id !== id)
  }
  const renew = (): void => {
    const keys = orderKeys(book.length)
    book = book.map(({ id }, index) => {
      const order = keys[index] as string
      write(id, order)
      return { id, order }
    })
  }
  const insert = (id: string, at: number): string | null => {
    const order = keyBetween(book[at - 1], book[at])
    if (order !== null) book.splice(at, 0, { id, order })
    return order
  }
  return {
    remove,
    insert(id, before) {
      if (book.some((entry) => entry.id === id)) remove(id)
      const found = before === null ? -1 : book.findIndex((entry) => entry.id === before)
      const at = found === -1 ? book.length : found
      const order = insert(id, at)
      if (order !== null) return order
      renew()
      return insert(id, at) as string
    },
  }
}

/** Returns the readable entries of a root with their stored order keys. */
export function orderedEntries<Entry>(
  root: Y.Map<unknown>,
  isEntry: (entry: unknown) => entry is Entry,
  orderOf: (entry: Entry) => unknown,
): Ordered[] {
  return sharedEntries(root).flatMap(([id, entry]) => (isEntry(entry) ? [{ id, order: orderOf(entry) }] : []))
}
