import { describe, expect, test } from 'vitest'
import { deepLoops } from '../../test/fixtures/deep-loops.ts'
import { LOOP_DOCUMENT, LOOP_MANIFEST } from '../../test/fixtures/loop-workflow.ts'
import { TICKET_DOCUMENT, TICKET_MANIFEST } from '../../test/fixtures/ticket-workflow.ts'
import { FRAME } from '../frames/node-boxes.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { flowEdgesOf, flowNodesOf } from './flow-elements.ts'

const TITLES: Readonly<Record<string, string>> = { true: 'Yes', false: 'No' }
const nodes = TICKET_MANIFEST.nodes.map((entry) => ({
  ...entry,
  ports: entry.ports.map((port) => ('name' in port ? { ...port, title: TITLES[port.name] ?? port.title } : port)),
}))
const manifest = createManifestIndex({ ...TICKET_MANIFEST, nodes })

describe('flowNodesOf', () => {
  test('orders 10,000 loops inside each other from the outermost to the innermost', () => {
    const drawn = flowNodesOf(deepLoops(10_000, 'repeat'), createManifestIndex(LOOP_MANIFEST), new Set(), [])
    expect(drawn.map(({ id }) => id)).toEqual(Array.from({ length: 10_000 }, (_, index) => `n${index}`))
    expect(drawn[9999]?.parentId).toBe('n9998')
  })
})

test('a collapsed loop is drawn small at its corner, without the nodes and edges inside, and its frame is smaller, too', () => {
  const loops = createManifestIndex(LOOP_MANIFEST)
  const all = flowNodesOf(LOOP_DOCUMENT, loops, new Set(), [])
  const each = all.find(({ id }) => id === 'each')
  const collapsed = new Set(['each'])
  const drawn = flowNodesOf(LOOP_DOCUMENT, loops, new Set(), all, collapsed)
  expect(drawn.map(({ id }) => id)).toEqual(all.flatMap(({ id, parentId }) => (parentId === undefined ? [id] : [])))
  const small = drawn.find(({ id }) => id === 'each')
  expect(small).toMatchObject({ type: 'loop', position: each?.position, ...FRAME.collapsed })
  expect(small?.data).toMatchObject({ isEmpty: false, hidden: all.length - drawn.length })
  expect(each?.data.hidden).toBe(0)
  expect(flowNodesOf(LOOP_DOCUMENT, loops, new Set(), drawn, collapsed)).toEqual(drawn)
  const edges = flowEdgesOf(LOOP_DOCUMENT, loops, new Set(), [], collapsed)
  expect(edges.map(({ source }) => source)).not.toContain('charge')
  expect(edges.length).toBeLessThan(flowEdgesOf(LOOP_DOCUMENT, loops, new Set(), []).length)
})

describe('flowEdgesOf', () => {
  test('names an edge by its ends, with the port of a node that has several', () => {
    const [start, condition, end] = ['start', 'if-else', 'end'].map((type) =>
      TICKET_DOCUMENT.nodes.find((node) => node.type === type),
    )
    if (start === undefined || condition === undefined || end === undefined) throw new Error('a node is missing')
    const edge = (source: string, sourceHandle: string, target: string) => ({
      id: `${source}:${sourceHandle}`,
      source,
      sourceHandle,
      target,
      targetHandle: 'in',
    })
    const edges = [
      edge(start.id, 'success', condition.id),
      edge(condition.id, 'true', end.id),
      edge(condition.id, 'false', end.id),
    ]
    const document = { ...TICKET_DOCUMENT, nodes: [start, condition, end], edges }
    const drawn = flowEdgesOf(document, manifest, new Set(), [])
    expect(drawn.map(({ data }) => data?.from)).toEqual([
      start.name,
      `${condition.name} (Yes)`,
      `${condition.name} (No)`,
    ])
    expect(drawn.map(({ ariaLabel }) => ariaLabel)).toEqual([
      `${start.name} → ${condition.name}`,
      `${condition.name} (Yes) → ${end.name}`,
      `${condition.name} (No) → ${end.name}`,
    ])
  })
})
