import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrangeWithDagre } from './dagre-layout.ts'

const size = (id: string, height = 96) => ({ id, width: 236, height })
const edge = (source: string, target: string) => ({ source, target })

describe('arrangeWithDagre', () => {
  test('a chain of cards of different heights is a straight line from left to right', () => {
    const positions = arrangeWithDagre({
      nodes: [size('a', 72), size('b', 180), size('c', 96)],
      edges: [edge('a', 'b'), edge('b', 'c')],
    })
    const [a, b, c] = ['a', 'b', 'c'].map((id) => positions.get(id) ?? { x: 0, y: 0 })
    expect(b?.y).toBe(a?.y)
    expect(c?.y).toBe(a?.y)
    expect((b?.x ?? 0) - (a?.x ?? 0)).toBeGreaterThan(236)
    expect((c?.x ?? 0) - (b?.x ?? 0)).toBeGreaterThan(236)
  })

  test('no two cards overlap, however uneven they are', () => {
    const nodes = Array.from({ length: 12 }, (_, index) => size(`n${index}`, 70 + ((index * 53) % 130)))
    const edges = nodes.slice(1).map(({ id }, index) => edge(`n${Math.floor(index / 3)}`, id))
    const positions = arrangeWithDagre({ nodes, edges })
    for (const [index, a] of nodes.entries()) {
      for (const b of nodes.slice(index + 1)) {
        const [p, q] = [positions.get(a.id), positions.get(b.id)]
        if (p === undefined || q === undefined || p.x !== q.x) continue
        const [upper, lower, height] = p.y < q.y ? [p, q, a.height] : [q, p, b.height]
        expect(lower.y - upper.y).toBeGreaterThanOrEqual(height)
      }
    }
  })

  const portEdge = (source: string, target: string, sourcePort: number) => ({ source, target, sourcePort })
  const orderOf = (positions: ReadonlyMap<string, { readonly y: number }>, ids: readonly string[]) =>
    [...ids].sort((a, b) => (positions.get(a)?.y ?? 0) - (positions.get(b)?.y ?? 0))

  test.each([
    ['in port order', ['e0', 'e1', 'e2']],
    ['in reverse order', ['e2', 'e1', 'e0']],
    ['in mixed order', ['e1', 'e2', 'e0']],
  ])('branches lie below each other as their ports do, though the document lists them %s', (_how, listed) => {
    const ids = ['start', 'call', 'approval', ...listed]
    const edges = [
      ...listed.map((id) => portEdge('approval', id, Number(id.slice(1)))),
      portEdge('start', 'call', 0),
      portEdge('call', 'approval', 0),
    ]
    const positions = arrangeWithDagre({ nodes: ids.map((id) => size(id)), edges })
    expect(orderOf(positions, listed)).toEqual(['e0', 'e1', 'e2'])
    const middle = positions.get('e1')
    expect(middle?.y).toBe(positions.get('approval')?.y)
  })

  test('branches of branches keep the order, whatever their lengths', () => {
    const nodes = ['root', 'b', 'a', 'b2', 'b1', 'a2', 'a1', 'a1x', 'meet'].map((id) => size(id))
    const edges = [
      portEdge('root', 'b', 1),
      portEdge('root', 'a', 0),
      portEdge('b', 'b2', 1),
      portEdge('b', 'b1', 0),
      portEdge('a', 'a2', 1),
      portEdge('a', 'a1', 0),
      portEdge('a1', 'a1x', 0),
      portEdge('a1x', 'meet', 0),
      portEdge('a2', 'meet', 0),
    ]
    const positions = arrangeWithDagre({ nodes, edges })
    expect(orderOf(positions, ['b', 'a'])).toEqual(['a', 'b'])
    expect(orderOf(positions, ['b1', 'b2', 'a1', 'a2'])).toEqual(['a1', 'a2', 'b1', 'b2'])
  })

  test('a random tree is arranged in the order of its ports', () => {
    const tree = fc.array(fc.nat(), { minLength: 2, maxLength: 40 }).map((parents) => {
      const count = new Map<number, number>()
      return parents.map((parent, index) => {
        const source = parent % (index + 1)
        const sourcePort = count.get(source) ?? 0
        count.set(source, sourcePort + 1)
        return portEdge(`n${source}`, `n${index + 1}`, sourcePort)
      })
    })
    fc.assert(
      fc.property(tree, (edges) => {
        const nodes = Array.from({ length: edges.length + 1 }, (_, index) => size(`n${index}`)).reverse()
        const positions = arrangeWithDagre({ nodes, edges: [...edges].reverse() })
        for (const { id } of nodes) {
          const targets = edges.filter(({ source }) => source === id).map(({ target }) => target)
          expect(orderOf(positions, targets)).toEqual(targets)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('parts of a circle and targets of several ports are arranged as well', () => {
    const nodes = ['a', 'b', 'c'].map((id) => size(id))
    const edges = [portEdge('a', 'c', 1), portEdge('a', 'b', 0), portEdge('a', 'b', 2), portEdge('b', 'a', 0)]
    const positions = arrangeWithDagre({ nodes, edges })
    expect(orderOf(positions, ['c', 'b'])).toEqual(['b', 'c'])
  })

  test('the same graph gives the same positions', () => {
    const graph = { nodes: [size('a'), size('b'), size('c')], edges: [edge('a', 'b'), edge('a', 'c')] }
    expect([...arrangeWithDagre(graph)]).toEqual([...arrangeWithDagre(structuredClone(graph))])
  })
})
