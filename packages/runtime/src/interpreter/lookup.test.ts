import { expect, test } from 'vitest'
import { entryOf, itemAt, present } from './lookup.ts'

test('itemAt gives the item, null included, and refuses an index that is out of range', () => {
  expect(itemAt(['a', 'b'], 1)).toBe('b')
  expect(itemAt([null], 0)).toBeNull()
  expect(itemAt(new Int32Array([7]), 0)).toBe(7)
  expect(() => itemAt(['a'], 1)).toThrow(expect.objectContaining({ code: 'INTERNAL', message: 'No item at 1 of 1' }))
  expect(() => itemAt([], -1)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('entryOf gives the entry and refuses a key that is not there', () => {
  const map = new Map([['a', 1]])
  expect(entryOf(map, 'a')).toBe(1)
  expect(() => entryOf(map, 'b')).toThrow(expect.objectContaining({ code: 'INTERNAL', message: 'No entry for b' }))
})

test('present gives the value and refuses one that is missing', () => {
  expect(present(0)).toBe(0)
  expect(() => present(null)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})
