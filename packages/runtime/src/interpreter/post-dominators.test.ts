import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemAt } from './lookup.ts'
import { postDominatorsOf } from './post-dominators.ts'

/** The definition: every path from the node to an end passes the other. */
function isPassedBy(successors: readonly (readonly number[])[], node: number, other: number): boolean {
  const next = itemAt(successors, node)
  return next.length > 0 && next.every((target) => target === other || isPassedBy(successors, target, other))
}

const arbitraryGraph = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 14 }).map((drafts) =>
  drafts.map((targets, node) => {
    const behind = drafts.length - node - 1
    return behind === 0 ? [] : targets.map((target) => node + 1 + (target % behind))
  }),
)

describe('postDominatorsOf', () => {
  test('has a node in the interval of another just when every path passes that one', () => {
    fc.assert(
      fc.property(arbitraryGraph, (successors) => {
        const { first, last } = postDominatorsOf(successors)
        for (const node of successors.keys()) {
          for (const other of successors.keys()) {
            const position = itemAt(first, node)
            const inside = position > itemAt(first, other) && position <= itemAt(last, other)
            expect(inside).toBe(node !== other && isPassedBy(successors, node, other))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  test('gives each node a position of its own', () => {
    fc.assert(
      fc.property(arbitraryGraph, (successors) => {
        const { first, nodeAt } = postDominatorsOf(successors)
        for (const node of successors.keys()) expect(itemAt(nodeAt, itemAt(first, node))).toBe(node)
        expect(new Set(first).size).toBe(successors.length + 1)
      }),
    )
  })

  test('takes a chain of 50,000 nodes and a ladder as long', () => {
    const length = 50_000
    const chain = Array.from({ length }, (_, node) => (node === length - 1 ? [] : [node + 1]))
    expect(itemAt(postDominatorsOf(chain).last, length - 1)).toBe(length)
    const ladder = chain.map((next, node) => (node < length - 2 ? [...next, node + 2] : next))
    const { first, last } = postDominatorsOf(ladder)
    expect(itemAt(last, length - 1) - itemAt(first, length - 1)).toBe(length - 1)
  })

  test('of an empty graph has the exit alone', () => {
    expect(postDominatorsOf([])).toEqual({ first: [0], last: [0], nodeAt: [0] })
  })
})
