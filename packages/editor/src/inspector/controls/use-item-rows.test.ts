import { describe, expect, test } from 'vitest'
import { matchItems } from './use-item-rows.ts'

const before = { items: ['a', 'b', 'c'], ids: [1, 2, 3] }
const after = (items: readonly string[]) => {
  let last = 9
  return matchItems(before, items, () => {
    last += 1
    return last
  })
}

describe('matchItems', () => {
  test.each([
    { change: 'nothing', items: ['a', 'b', 'c'], ids: [1, 2, 3] },
    { change: 'a value', items: ['a', 'x', 'c'], ids: [1, 2, 3] },
    { change: 'an item removed at the start', items: ['b', 'c'], ids: [2, 3] },
    { change: 'an item removed in the middle', items: ['a', 'c'], ids: [1, 3] },
    { change: 'an item removed at the end', items: ['a', 'b'], ids: [1, 2] },
    { change: 'an item added at the end', items: ['a', 'b', 'c', ''], ids: [1, 2, 3, 10] },
    { change: 'an item inserted', items: ['a', 'x', 'b', 'c'], ids: [1, 10, 2, 3] },
    { change: 'two items inserted', items: ['x', 'y', 'a', 'b', 'c'], ids: [10, 11, 1, 2, 3] },
    { change: 'everything removed', items: [], ids: [] },
    { change: 'one of two equal items added', items: ['a', 'b', 'c', 'c'], ids: [1, 2, 3, 10] },
  ])('keeps the identity of items after $change', ({ items, ids }) => {
    expect(after(items)).toEqual(ids)
  })
})
