import { describe, expect, test } from 'vitest'
import { pathKey, writeValue } from './form-values.ts'

describe('writeValue', () => {
  test('makes what is missing on the way and leaves the old value as it was', () => {
    const before = { a: 1 }
    expect(writeValue(before, ['lines', 0, 'total'], 5)).toEqual({ a: 1, lines: [{ total: 5 }] })
    expect(before).toEqual({ a: 1 })
  })

  test('takes a member or an item away', () => {
    expect(writeValue({ a: 1, b: 2 }, ['a'], undefined)).toEqual({ b: 2 })
    expect(writeValue({ list: [1, 2, 3] }, ['list', 1], undefined)).toEqual({ list: [1, 3] })
  })

  test('keeps its siblings as the same objects', () => {
    const beside = { deep: true }
    expect(writeValue({ beside, a: 1 }, ['a'], 2)['beside']).toBe(beside)
  })
})

test('pathKey keeps a slash in a name apart from a separator', () => {
  expect(pathKey(['a/b', 0])).toBe('a~1b/0')
  expect(pathKey(['a', 'b', 0])).toBe('a/b/0')
})
