import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrangeWithDagre } from '../layout/dagre-layout.ts'
import { bendEdges, drawnPath } from './bend-edges.ts'
import type { CardBox, EdgeBetween } from './card-box.ts'
import { crossedCards } from './crossed-cards.ts'

const box = (id: string, x: number, y: number, height = 96): CardBox => ({ id, x, y, width: 236, height })

/** Ends as measured: the middle of a handle, half of which is outside of its card. */
const edgeOf = (source: CardBox, target: CardBox, port = 0): EdgeBetween => ({
  id: `${source.id}:${port}>${target.id}`,
  source: source.id,
  target: target.id,
  from: { x: source.x + source.width + 5, y: source.y + 24 + port * 28 },
  to: { x: target.x - 5, y: target.y + 24 },
})

const pause = async () => {}
const allOf = (cards: readonly CardBox[]) => ({ moved: new Set(cards.map(({ id }) => id)), pause })
const crossedIds = (edge: EdgeBetween, cards: readonly CardBox[], bends: EdgeBetween['points']) =>
  crossedCards(edge, drawnPath(edge, bends), cards).map(({ id }) => id)

/** Workflows of up to 14 cards of different heights, with loops, edges that skip columns, and edges between branches. */
const graphs = fc
  .array(fc.record({ ports: fc.integer({ min: 1, max: 5 }), lines: fc.integer({ min: 0, max: 3 }) }), {
    minLength: 2,
    maxLength: 14,
  })
  .chain((nodes) => {
    const node = fc.nat({ max: nodes.length - 1 })
    const edges = fc.array(fc.tuple(node, node, fc.nat({ max: 4 })), { minLength: 1, maxLength: 24 })
    return fc.tuple(fc.constant(nodes), edges)
  })
  .map(([nodes, edges]) => {
    const sized = nodes.map(({ ports, lines }, index) => {
      return { id: `n${index}`, width: 236, height: 72 + lines * 18 + (ports - 1) * 28 }
    })
    const joined = edges
      .filter(([source, target]) => source !== target)
      .map(([source, target, port]) => ({
        source: `n${source}`,
        target: `n${target}`,
        sourcePort: port % (nodes[source]?.ports ?? 1),
      }))
    return { nodes: sized, edges: joined }
  })

describe('bendEdges', () => {
  test('leads no edge of an arranged graph behind a card, whatever its edges', async () => {
    let rerouted = 0
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const positions = arrangeWithDagre(graph)
        const cards = graph.nodes.map((node) => ({ ...node, ...(positions.get(node.id) ?? { x: 0, y: 0 }) }))
        const byId = new Map(cards.map((card) => [card.id, card]))
        const edges = graph.edges.flatMap(({ source, target, sourcePort }) => {
          const [from, to] = [byId.get(source), byId.get(target)]
          return from === undefined || to === undefined ? [] : [edgeOf(from, to, sourcePort)]
        })
        const bends = await bendEdges(edges, cards, allOf(cards))
        for (const edge of edges) {
          if (crossedIds(edge, cards, []).length > 0) rerouted += 1
          expect(crossedIds(edge, cards, bends.get(edge.id))).toEqual([])
        }
      }),
      { numRuns: 150 },
    )
    expect(rerouted).toBeGreaterThan(20)
  })

  test('leads an edge around the card in its way, over the shortest side, with level ends', async () => {
    const cards = [box('a', 0, 0), box('b', 308, -20), box('c', 616, 0)]
    const [a, , c] = cards as [CardBox, CardBox, CardBox]
    const edge = edgeOf(a, c)
    expect(crossedIds(edge, cards, [])).toEqual(['b'])
    const bends = await bendEdges([edge], cards, allOf(cards))
    // Above the card, and through the middle of the gaps at both its sides.
    expect(bends.get(edge.id)).toEqual([
      { x: 272, y: 24 },
      { x: 272, y: -36 },
      { x: 580, y: -36 },
      { x: 580, y: 24 },
    ])
  })

  test('gives no bends to an edge that crosses nothing, and removes those that it had', async () => {
    const cards = [box('a', 0, 0), box('b', 308, 60)]
    const [a, b] = cards as [CardBox, CardBox]
    const edge = { ...edgeOf(a, b), points: [{ x: 260, y: -500 }] }
    expect([...(await bendEdges([edge], cards, allOf(cards)))]).toEqual([[edge.id, []]])
  })

  test('two edges around the same cards run beside each other, and share a line only to the same input', async () => {
    const cards = [box('a', 0, 0), box('b', 0, 140), box('wall', 308, -100, 400), box('c', 616, 0), box('d', 616, 140)]
    const [a, b, , c, d] = cards as [CardBox, CardBox, CardBox, CardBox, CardBox]
    const edges = [edgeOf(a, c), edgeOf(b, d), edgeOf(a, d, 1)]
    const bends = await bendEdges(edges, cards, allOf(cards))
    const [first, second, third] = edges.map(({ id }) => bends.get(id)?.[1]?.y)
    expect(first).not.toBe(second)
    expect(third).toBe(second)
  })

  test('leaves edges alone that no moved card touches or covers, and bends those it covers', async () => {
    const cards = [box('a', 0, 0), box('b', 616, 0), box('moved', 308, 0), box('c', 0, 600), box('d', 616, 600)]
    const [a, b, , c, d] = cards as [CardBox, CardBox, CardBox, CardBox, CardBox]
    const moved = new Set(['moved'])
    const [covered, apart] = [edgeOf(a, b), { ...edgeOf(c, d), points: [{ x: 300, y: 700 }] }]
    const bends = await bendEdges([covered, apart], cards, { moved, pause })
    expect([...bends.keys()]).toEqual([covered.id])
    expect(crossedIds(covered, cards, bends.get(covered.id))).toEqual([])
  })

  test('leaves an edge a curve where the cards leave no gap', async () => {
    const cards = [box('a', 0, 0), box('lid', 200, -300, 900), box('b', 616, 0)]
    const [a, , b] = cards as [CardBox, CardBox, CardBox]
    const edge = edgeOf(a, b)
    expect((await bendEdges([edge], cards, allOf(cards))).get(edge.id)).toEqual([])
  })

  test('pauses after each edge that it leads around cards', async () => {
    const cards = [box('a', 0, 0), box('b', 308, 0), box('c', 616, 0)]
    const [a, b, c] = cards as [CardBox, CardBox, CardBox]
    let pauses = 0
    const counting = async () => {
      pauses += 1
    }
    await bendEdges([edgeOf(a, b), edgeOf(b, c), edgeOf(a, c)], cards, { ...allOf(cards), pause: counting })
    expect(pauses).toBe(1)
  })
})
