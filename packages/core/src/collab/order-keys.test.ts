import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { longestAscending } from './longest-run.ts'
import { compareOrdered, openOrderBook, orderedEntries, orderKeys } from './order-keys.ts'

/** Entries with their keys, and a book over them that writes new keys back. */
function entriesOf(keys: Record<string, unknown>) {
  const entries = new Map(Object.entries(keys))
  const list = () => [...entries].map(([id, order]) => ({ id, order }))
  const renewed: string[] = []
  const book = openOrderBook(list(), (id, key) => {
    renewed.push(id)
    entries.set(id, key)
  })
  const insert = (id: string, before: string | null) => void entries.set(id, book.insert(id, before))
  const order = () =>
    list()
      .sort(compareOrdered)
      .map(({ id }) => id)
      .join('')
  return { book, insert, order, renewed, entries }
}

describe('an order book', () => {
  test('inserts entries before others and at the end', () => {
    const { insert, order, renewed } = entriesOf({ a: 'a0', b: 'a1' })
    insert('c', null)
    insert('d', 'b')
    insert('e', 'a')
    insert('a', null)
    expect(order()).toBe('edbca')
    expect(renewed).toEqual([])
  })

  test('begins an empty order', () => {
    const { insert, order } = entriesOf({})
    insert('x', null)
    insert('y', 'x')
    expect(order()).toBe('yx')
  })

  test('puts an entry last when the one before which it belongs is gone', () => {
    const { book, insert, order } = entriesOf({ a: 'a0', b: 'a1' })
    book.remove('b')
    insert('c', 'b')
    expect(order()).toBe('abc')
  })

  test.each<[string, Record<string, unknown>]>([
    ['two neighbors share a key', { a: 'a1', b: 'a1', z: 'a2' }],
    ['a key is no order key', { a: 'a0', b: '!', z: 5 }],
    ['a key is missing', { a: undefined, b: undefined }],
    ['nothing fits below the smallest key', { a: 'a0', b: `A${'0'.repeat(26)}1` }],
    ['keys have grown too long', { a: 'a0', b: `a0${'0'.repeat(198)}1` }],
    ['a key cannot be read', { a: 'a0', b: 'b0' }],
  ])('gives all keys anew when %s', (_, keys) => {
    const { insert, order } = entriesOf(keys)
    const before = order()
    insert('n', 'b')
    expect(order()).toBe(before.replace('b', 'nb'))
    insert('m', 'b')
    expect(order()).toBe(before.replace('b', 'nmb'))
  })

  test('follows any list of insertions', () => {
    const id = fc.constantFrom(...'abcdef')
    fc.assert(
      fc.property(fc.array(fc.tuple(id, fc.option(id))), (insertions) => {
        const { insert, order } = entriesOf({})
        let expected: string[] = []
        for (const [id, before] of insertions) {
          if (id === before) continue
          expected = expected.filter((other) => other !== id)
          const at = before === null ? -1 : expected.indexOf(before)
          expected.splice(at === -1 ? expected.length : at, 0, id)
          insert(id, before)
          expect(order()).toBe(expected.join(''))
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('orderedEntries', () => {
  test('reads keys as they are stored, of entries that are entries', () => {
    const root = new Y.Doc().getMap<unknown>('m')
    root.set('a', 1)
    root.set('b', 'not one')
    const isNumber = (entry: unknown): entry is number => typeof entry === 'number'
    expect(orderedEntries(root, isNumber, (entry) => entry)).toEqual([{ id: 'a', order: 1 }])
  })
})

describe('orderKeys', () => {
  test('gives sorted keys', () => {
    const keys = orderKeys(300)
    expect([...keys].sort()).toEqual(keys)
    expect(new Set(keys).size).toBe(300)
  })
})

describe('longestAscending', () => {
  test('keeps as much as can be kept', () => {
    expect([...longestAscending([3, 0, 1, 4, 2])].sort()).toEqual([1, 2, 4])
    expect(longestAscending([]).size).toBe(0)
  })

  test('is ascending, and no longer run exists', () => {
    const permutation = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6], { minLength: 0 })
    fc.assert(
      fc.property(permutation, (values) => {
        const kept = [...longestAscending(values)].sort((a, b) => a - b).map((index) => values[index] ?? 0)
        expect([...kept].sort((a, b) => a - b)).toEqual(kept)
        const lengths: number[] = []
        for (const [at, value] of values.entries()) {
          lengths.push(1 + Math.max(0, ...lengths.filter((_, before) => before < at && (values[before] ?? 0) < value)))
        }
        expect(kept).toHaveLength(Math.max(0, ...lengths))
      }),
    )
  })
})
