import { describe, expect, test } from 'vitest'
import { createLru } from './lru.ts'

describe('createLru', () => {
  test('drops what was used longest ago', () => {
    const lru = createLru<number>(2)
    lru.set('a', 1)
    lru.set('b', 2)
    expect(lru.get('a')).toBe(1)
    lru.set('c', 3)
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3])
  })

  test('weighs its entries, and keeps none that alone is too heavy', () => {
    const lru = createLru<number>(10, (value) => value)
    lru.set('a', 4)
    lru.set('b', 5)
    lru.set('c', 11)
    expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([4, 5, undefined])
    lru.set('a', 6)
    expect([lru.get('a'), lru.get('b')]).toEqual([6, undefined])
  })

  test('forgets the old weight of an entry that is set again or deleted', () => {
    const lru = createLru<number>(10, (value) => value)
    for (let round = 0; round < 5; round += 1) lru.set('a', 8)
    lru.delete('a')
    lru.delete('a')
    lru.set('b', 10)
    expect([lru.get('a'), lru.get('b')]).toEqual([undefined, 10])
  })
})
