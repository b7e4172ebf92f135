import { describe, expect, test } from 'vitest'
import { arrangeWithDagre } from './dagre-layout.ts'

const chain = (count: number, from = 0) => ({
  nodes: Array.from({ length: count }, (_, index) => ({ id: `n${from + index}`, width: 236, height: 96 })),
  edges: Array.from({ length: count - 1 }, (_, index) => ({
    source: `n${from + index}`,
    target: `n${from + index + 1}`,
  })),
})

function boundsOf(positions: ReadonlyMap<string, { readonly x: number; readonly y: number }>) {
  const all = [...positions.values()]
  const span = (values: number[]) => Math.max(...values) - Math.min(...values)
  return { width: span(all.map(({ x }) => x)) + 236, height: span(all.map(({ y }) => y)) + 96 }
}

describe('wrapRows', () => {
  test('a chain of 100 nodes has the form of a screen, in reading order', () => {
    const positions = arrangeWithDagre(chain(100))
    const { width, height } = boundsOf(positions)
    expect(width / height).toBeGreaterThan(1.2)
    expect(width / height).toBeLessThan(2.6)
    for (let index = 1; index < 100; index += 1) {
      const [before, here] = [positions.get(`n${index - 1}`), positions.get(`n${index}`)]
      const goesOn = here?.y === before?.y && (here?.x ?? 0) > (before?.x ?? 0)
      const beginsRow = here?.x === 0 && (here?.y ?? 0) >= (before?.y ?? 0) + 96 + 72
      expect(goesOn || beginsRow).toBe(true)
    }
  })

  test('a workflow of twelve columns stays one row', () => {
    const positions = arrangeWithDagre(chain(12))
    expect(new Set([...positions.values()].map(({ y }) => y)).size).toBe(1)
  })

  test('branches are not torn apart: a row ends only where one edge leads on', () => {
    const head = chain(8)
    const [one, two] = [chain(10, 20), chain(10, 40)]
    const tail = chain(8, 60)
    const join = (source: string, target: string) => ({ source, target })
    const graph = {
      nodes: [...head.nodes, ...one.nodes, ...two.nodes, ...tail.nodes],
      edges: [
        ...[head, one, two, tail].flatMap(({ edges }) => edges),
        join('n7', 'n20'),
        join('n7', 'n40'),
        join('n29', 'n60'),
        join('n49', 'n60'),
      ],
    }
    const positions = arrangeWithDagre(graph)
    for (let index = 0; index < 10; index += 1) {
      expect(positions.get(`n${20 + index}`)?.x).toBe(positions.get(`n${40 + index}`)?.x)
    }
    const backward = graph.edges.filter(({ source, target }) => {
      return (positions.get(target)?.x ?? 0) < (positions.get(source)?.x ?? 0)
    })
    expect(backward.length).toBeGreaterThan(0)
    for (const { source } of backward) {
      const edgesOut = graph.edges.filter((edge) => edge.source === source)
      expect(edgesOut).toHaveLength(1)
    }
  })
})
