import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBitTree } from './bit-tree.ts'

describe('createBitTree', () => {
  test('behaves as a sorted set', () => {
    const sizes = fc.constantFrom(1, 31, 32, 33, 1_000, 1_024, 1_025, 40_000)
    const action = fc.record({ what: fc.constantFrom('add', 'add', 'remove'), at: fc.nat() })
    fc.assert(
      fc.property(
        sizes,
        fc.array(action, { maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (size, actions, asked) => {
          const tree = createBitTree(size)
          const model = new Set<number>()
          for (const { what, at } of actions) {
            const position = at % size
            if (what === 'add') {
              tree.add(position)
              model.add(position)
            } else {
              tree.remove(position)
              model.delete(position)
            }
            expect(tree.has(position)).toBe(model.has(position))
          }
          for (const from of [0, size - 1, size, ...asked.map((value) => value % size)]) {
            const expected = [...model].filter((position) => position >= from)
            expect(tree.next(from)).toBe(expected.length === 0 ? -1 : Math.min(...expected))
          }
        },
      ),
    )
  })

  test('finds the only position of a large tree', () => {
    const tree = createBitTree(100_000)
    tree.add(99_999)
    expect(tree.next(0)).toBe(99_999)
    tree.remove(99_999)
    expect(tree.next(0)).toBe(-1)
  })

  test('of no positions holds none', () => {
    expect(createBitTree(0).next(0)).toBe(-1)
  })
})
