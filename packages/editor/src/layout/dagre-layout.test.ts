import { describe, expect, test } from 'vitest'
import { arrangeWithDagre } from './dagre-layout.ts'

const size = (id: string, height = 96) => ({ id, width: 236, height })
const edge = (source: string, target: string) => ({ source, target })

describe('arrangeWithDagre', () => {
  test('a chain of cards of different heights is a straight line from left to right', () => {
    const places = arrangeWithDagre({
      nodes: [size('a', 72), size('b', 180), size('c', 96)],
      edges: [edge('a', 'b'), edge('b', 'c')],
    })
    const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id) ?? { x: 0, y: 0 })
    expect(b?.y).toBe(a?.y)
    expect(c?.y).toBe(a?.y)
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBeGreaterThan(236)
    expect((c?.x ?? 0) - (b?.x ?? 0)).toBeGreaterThan(236)
  })

  test('no two cards overlap, however uneven they are', () => {
    const nodes = Array.from({ length: 12 }, (_, index) => size(`n${index}`, 70 + ((index * 53) % 130)))
    const edges = nodes.slice(1).map(({ id }, index) => edge(`n${Math.floor(index / 3)}`, id))
    const places = arrangeWithDagre({ nodes, edges })
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        const [p, q] = [places.get(a.id), places.get(b.id)]
        if (p === undefined || q === undefined || p.x !== q.x) continue
        const [upper, lower, height] = p.y < q.y ? [p, q, a.height] : [q, p, b.height]
        expect(lower.y - upper.y).toBeGreaterThanOrEqual(height)
      }
    }
  })

  test('the same graph gives the same places', () => {
    const graph = { nodes: [size('a'), size('b'), size('c')], edges: [edge('a', 'b'), edge('a', 'c')] }
    expect([...arrangeWithDagre(graph)]).toEqual([...arrangeWithDagre(structuredClone(graph))])
  })
})
