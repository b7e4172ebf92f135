import { describe, expect, test } from 'vitest'
import { shareStructure } from './share-structure.ts'

describe('shareStructure', () => {
  test('an equal value is the previous one', () => {
    const previous = { a: [{ id: 'x', v: 1 }], b: { c: null } }
    expect(shareStructure(previous, structuredClone(previous))).toBe(previous)
  })

  test('only the path to a change is new', () => {
    const previous = {
      nodes: [
        { id: 'x', p: { v: 1 } },
        { id: 'y', p: { v: 2 } },
      ],
      s: { t: 1 },
    }
    const next = structuredClone(previous)
    const second = next.nodes[1]
    if (second !== undefined) second.p.v = 3
    const shared = shareStructure(previous, next)
    expect(shared).toEqual(next)
    expect(shared.nodes[0]).toBe(previous.nodes[0])
    expect(shared.nodes[1]).not.toBe(previous.nodes[1])
    expect(shared.s).toBe(previous.s)
  })

  test('items with an id keep their reference when another is put before them', () => {
    const previous = [{ id: 'x', v: [1] }]
    const shared = shareStructure(previous, [
      { id: 'n', v: [0] },
      { id: 'x', v: [1] },
    ])
    expect(shared[1]).toBe(previous[0])
  })

  test('a key that went away, or turned from absent to null, counts as a change', () => {
    expect(shareStructure({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 })
    expect(shareStructure<{ a?: null }>({}, { a: null })).toEqual({ a: null })
    expect(shareStructure<unknown>({ a: [] }, { a: {} })).toEqual({ a: {} })
  })
})
