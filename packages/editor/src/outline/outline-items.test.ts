import { EMPTY_DOCUMENT, edgeId, type WorkflowDocument } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { deepLoops } from '../../test/fixtures/deep-loops.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { buildOutline, type OutlineItem } from './outline-items.ts'

const entry = (type: string, ports: readonly string[]): NodeManifestEntry => ({
  type,
  version: 1,
  title: type,
  description: '',
  icon: '',
  category: 'flow',
  params: { type: 'object' },
  ports: ports.map((name) => ({ name, title: name })),
  inputs: [{ name: 'in' }],
  outputs: {},
  summary: '',
  effect: 'none',
  inline: true,
})
const manifest = createManifestIndex({
  hash: 'h',
  nodes: [
    { ...entry('start', ['success']), inputs: [], control: 'trigger' },
    entry('step', ['success']),
    entry('way', ['yes', 'no']),
    entry('stop', []),
    { ...entry('loop', ['success']), control: 'loop' },
  ],
})

/** `a>b` is an edge from the plain port, `a.yes>b` from a named one; the type follows from the ports used. */
function documentOf(...lines: readonly string[]): WorkflowDocument {
  const types = new Map<string, string>()
  const edges = lines.map((line) => {
    const [from = '', target = ''] = line.split('>')
    const [source = '', port] = from.split('.')
    const isStart = source.startsWith('start')
    types.set(source, port === undefined ? (isStart ? 'start' : 'step') : 'way')
    if (!types.has(target)) types.set(target, target.startsWith('end') ? 'stop' : 'step')
    const ends = { source, sourceHandle: port ?? 'success', target, targetHandle: 'in' }
    return { id: edgeId(ends), ...ends }
  })
  const nodes = [...types].map(([id, type]) => ({
    id,
    type,
    typeVersion: 1,
    name: id,
    params: {},
    position: { x: 0, y: 0 },
  }))
  return { ...EMPTY_DOCUMENT, nodes, edges }
}

/** The outline as text: `a yes[b] no[c] loop{d} e`, links with an arrow. */
function textOf(items: readonly OutlineItem[]): string {
  return items
    .map((item) => {
      if (item.kind === 'link') return `→${item.nodeId}`
      const branches = item.branches.map((branch) => ` ${branch.title}[${textOf(branch.items)}]`).join('')
      const inside = item.inside === null ? '' : `{${textOf(item.inside)}}`
      return `${item.nodeId}${inside}${branches}`
    })
    .join(' ')
}

const outline = (...lines: readonly string[]) => textOf(buildOutline(documentOf(...lines), manifest))

/** Puts nodes into loops, by their ids. */
function inLoops(document: WorkflowDocument, loops: Readonly<Record<string, readonly string[]>>): WorkflowDocument {
  const loopOf = (id: string) => Object.entries(loops).find(([, inside]) => inside.includes(id))?.[0]
  const nodes = document.nodes.map((node) => {
    const typed = Object.hasOwn(loops, node.id) ? { ...node, type: 'loop' } : node
    const parentId = loopOf(node.id)
    return parentId === undefined ? typed : { ...typed, parentId }
  })
  return { ...document, nodes }
}

describe('buildOutline', () => {
  test('nodes of a loop are listed below it, also in loops inside it, and an empty loop has an empty list', () => {
    const document = inLoops(documentOf('a>each', 'each>z', 'b>inner', 'inner>c', 'd>e'), {
      each: ['b', 'inner', 'c'],
      inner: ['d', 'e'],
      z: [],
    })
    expect(textOf(buildOutline(document, manifest))).toBe('a each{b inner{d e} c} z{}')
  })

  test('an edge across the border of a loop leads out of no list', () => {
    const document = inLoops(documentOf('a>each', 'each>z', 'b>z'), { each: ['b'] })
    expect(textOf(buildOutline(document, manifest))).toBe('a each{b} z')
  })

  test('nodes that follow each other have one level', () => {
    expect(outline('a>b', 'b>c')).toBe('a b c')
  })

  test('where all ways meet, the list goes on at the level of the node that parted them', () => {
    expect(outline('a>w', 'w.yes>b', 'w.no>c', 'b>m', 'c>m', 'm>z')).toBe('a w yes[b] no[c] m z')
  })

  test('where one way ends, the other keeps what follows to itself', () => {
    expect(outline('w.yes>b', 'w.no>end', 'b>c')).toBe('w yes[b c] no[end]')
  })

  test('a second way to a node that not all ways lead through is a link', () => {
    expect(outline('w.yes>happy', 'w.no>review', 'review.yes>happy', 'review.no>end')).toBe(
      'w yes[happy] no[review yes[→happy] no[end]]',
    )
  })

  test('a way that leads nowhere yet is shown empty', () => {
    expect(outline('w.yes>b')).toBe('w yes[b] no[]')
  })

  test('a branch that leads straight to the node where branches join is a link to it, at any depth', () => {
    expect(outline('w.yes>b', 'w.no>m', 'b>m')).toBe('w yes[b] no[→m] m')
    expect(outline('w.yes>v', 'w.no>c', 'v.yes>d', 'v.no>m', 'd>m', 'c>m')).toBe('w yes[v yes[d] no[→m]] no[c] m')
    expect(outline('w.yes>m', 'w.no>m')).toBe('w yes[→m] no[→m] m')
  })

  test('every node is listed once, on circles and without any edge, too', () => {
    const text = outline('a>b', 'x>y', 'y>x')
    expect(text).toBe('a b x y →x')
  })

  /** Nodes that do not follow the item above them, with the reason. */
  const leads = (items: readonly OutlineItem[]): readonly string[] =>
    items.flatMap((item) => {
      if (item.kind === 'link') return []
      const { nodeId, lead, branches } = item
      const own = lead === null ? [] : [`${nodeId} ${lead.kind}${lead.kind === 'parallel' ? ` to ${lead.to}` : ''}`]
      return [...own, ...branches.flatMap((branch) => leads(branch.items))]
    })

  test('nodes to which one port leads are parallel, which the second one says', () => {
    const lines = ['start>w', 'w.yes>b', 'w.yes>c', 'w.yes>end', 'b>d', 'w.no>c']
    expect(outline(...lines)).toBe('start w yes[b d c end] no[→c]')
    expect(leads(buildOutline(documentOf(...lines), manifest))).toEqual(['c parallel to b', 'end parallel to b'])
  })

  test('a path that begins at no trigger says so at its first node, on circles, too', () => {
    const document = documentOf('start>w', 'w.yes>b', 'w.no>end', 'start2>b', 'a>c', 'c>b', 'x>y', 'y>x', 'lost>b')
    const nodes = document.nodes.map((node) => (node.id === 'lost' ? { ...node, type: 'of another host' } : node))
    expect(leads(buildOutline({ ...document, nodes }, manifest))).toEqual(['a detached', 'x detached'])
  })

  test('a long chain needs no deep recursion', () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `n${index}>n${index + 1}`)
    expect(buildOutline(documentOf(...lines), manifest)).toHaveLength(5_001)
  })
})

describe('the depth of lists', () => {
  /** Returns the ids of the nodes with the number of lists around each, in the order of the outline. */
  function depthsOf(items: readonly OutlineItem[]) {
    const found: { readonly id: string; readonly depth: number }[] = []
    const walk = (list: readonly OutlineItem[], depth: number): void => {
      for (const item of list) {
        if (item.kind === 'link') continue
        found.push({ id: item.nodeId, depth })
        walk(item.inside ?? [], depth + 1)
        for (const { items: branch } of item.branches) walk(branch, depth + 1)
      }
    }
    walk(items, 0)
    return found
  }

  test('ends at the tenth loop, whose inner loops are listed beside each other', () => {
    const found = depthsOf(buildOutline(deepLoops(10_000, 'loop'), manifest))
    expect(new Set(found.map(({ id }) => id)).size).toBe(10_000)
    expect(found).toHaveLength(10_000)
    expect(found.slice(0, 11).map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(Math.max(...found.map(({ depth }) => depth))).toBe(10)
  })

  test('ends for branches too: a link leads to the node that continues the path, which counts as connected', () => {
    const ways = Array.from({ length: 3000 }, (_, index) => [`w${index}.yes>a${index}`, `w${index}.no>w${index + 1}`])
    const outline = buildOutline(documentOf('start>w0', ...ways.flat()), manifest)
    const found = depthsOf(outline)
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
    expect(found).toHaveLength(6002)
    expect(Math.max(...found.map(({ depth }) => depth))).toBe(32)
    expect(outline.every((item) => item.kind === 'node' && item.lead === null)).toBe(true)
  })
})
