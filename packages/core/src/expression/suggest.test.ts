import { describe, expect, test } from 'vitest'
import { nearest } from './suggest.ts'

describe('nearest', () => {
  test.each([
    ['nmae', ['id', 'name'], 'name'],
    ['Name', ['name'], 'name'],
    ['custmer', ['consumer', 'customer'], 'customer'],
    ['content', ['content-type', 'consent'], 'content-type'],
    ['xyz', ['name'], null],
    ['a', ['b'], null],
    ['A', ['a'], 'a'],
    ['name', [], null],
    ['x'.repeat(65), ['x'.repeat(65)], null],
    ['long', ['long'.repeat(40)], null],
  ])('finds for %s among %j: %s', (written, candidates, expected) => {
    expect(nearest(written, candidates)).toBe(expected)
  })
})
