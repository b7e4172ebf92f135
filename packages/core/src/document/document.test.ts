import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryDocument } from '../../test/arbitraries.ts'
import type { NodeManifestEntry } from '../node/index.ts'
import { edge, node, withPolicy, workflow } from '../testing/index.ts'
import {
  behaviorHash,
  canonicalDocument,
  canonicalText,
  contentHash,
  documentOrder,
  effectiveOnError,
  insertParamItem,
  paramAt,
  parseDocument,
  resolveInputs,
  resolvePorts,
  upstreamOf,
  type WorkflowDocument,
} from './index.ts'

const base = workflow([node('a', 'set', { z: 1, b: [{ y: 1, x: -0 }] }), node('b', 'set')], ['b>a', 'a>b'])

describe('canonicalDocument', () => {
  test('sorts edges, annotations and keys, and leaves out what says nothing', () => {
    const rect = { x: 0, y: 0, width: 1, height: 1 }
    const messy: WorkflowDocument = {
      ...base,
      nodes: [
        { ...node('a', 'set', { z: 1, b: 2 }), notes: '', disabled: false, locked: false, policy: {} },
        node('b', 'set'),
      ],
      edges: [edge('b>a'), { ...edge('a>b'), id: 'wrong', points: [] }],
      annotations: [
        { id: 'q', kind: 'note', rect, text: '' },
        { id: 'p', kind: 'frame', rect, text: '' },
        { id: 'p', kind: 'note', rect, text: '' },
      ],
    }
    const canonical = canonicalDocument(messy)
    expect(canonical.nodes[0]).toEqual(node('a', 'set', { b: 2, z: 1 }))
    expect(canonical.edges).toEqual([edge('a>b'), edge('b>a')])
    expect(canonical.annotations.map(({ id, kind }) => `${id} ${kind}`)).toEqual(['p frame', 'p note', 'q note'])
    expect(JSON.stringify(canonical)).toBe(canonicalText(canonical))
  })

  test('keeps what says something', () => {
    const full = { ...node('a', 'set'), notes: 'n', disabled: true, locked: true, policy: { timeout: '1s' as const } }
    const bent = { ...edge('a>a'), points: [{ x: 1, y: 1 }] }
    const canonical = canonicalDocument(workflow([full], [bent]))
    expect(canonical.nodes).toEqual([full])
    expect(canonical.edges).toEqual([bent])
  })

  test('is the same again, and stays sound', () => {
    fc.assert(
      fc.property(arbitraryDocument(), (document) => {
        const canonical = canonicalDocument(document)
        expect(canonicalDocument(canonical)).toEqual(canonical)
        expect(parseDocument(canonical)).toEqual(canonical)
      }),
      { numRuns: 200 },
    )
  })
})

describe('contentHash and behaviorHash', () => {
  test('do not depend on the order of edges and keys', () => {
    const other = {
      ...base,
      edges: [...base.edges].reverse(),
      nodes: [node('a', 'set', { b: [{ x: 0, y: 1 }], z: 1 }), ...base.nodes.slice(1)],
    }
    expect(
      contentHash({
        ...other,
        nodes: other.nodes.map((each, index) => ({ ...each, position: base.nodes[index]?.position ?? each.position })),
      }),
    ).toBe(contentHash(base))
    expect(behaviorHash(other)).toBe(behaviorHash(base))
  })

  test('only contentHash depends on positions and notes', () => {
    const moved: WorkflowDocument = {
      ...base,
      nodes: base.nodes.map((each) => ({
        ...each,
        position: { x: 9, y: 9 },
        size: { width: 1, height: 1 },
        notes: 'n',
      })),
      edges: base.edges.map((each) => ({ ...each, points: [{ x: 1, y: 1 }] })),
      annotations: [{ id: 'n', kind: 'note', rect: { x: 0, y: 0, width: 1, height: 1 }, text: 'hi' }],
    }
    expect(behaviorHash(moved)).toBe(behaviorHash(base))
    expect(contentHash(moved)).not.toBe(contentHash(base))
  })

  test('both depend on what runs and on the order of nodes', () => {
    const changes: WorkflowDocument[] = [
      { ...base, nodes: [...base.nodes].reverse() },
      { ...base, edges: base.edges.slice(1) },
      { ...base, nodes: [{ ...node('a', 'set'), disabled: true }, ...base.nodes.slice(1)] },
      { ...base, variables: [{ name: 'x', value: 1 }] },
      { ...base, settings: { timeout: '1h' } },
    ]
    expect(new Set([base, ...changes].map(behaviorHash)).size).toBe(changes.length + 1)
    expect(new Set([base, ...changes].map(contentHash)).size).toBe(changes.length + 1)
    expect(behaviorHash(base)).toMatch(/^[0-9a-f]{64}$/)
  })
})

const graph = (nodes: string, edges: string[], parents: Record<string, string> = {}) =>
  workflow(
    [...nodes].map((id) => node(id, 'set', {}, parents[id] === undefined ? {} : { parentId: parents[id] })),
    edges,
  )

describe('documentOrder', () => {
  test.each([
    ['dcba', [], 'dcba'],
    ['dcba', ['a>b', 'b>c', 'c>d'], 'abcd'],
    ['abcdef', ['a>d', 'd>b', 'e>b'], 'acdebf'],
    ['zyxw', ['w>z', 'w>y'], 'xwzy'],
  ])('of %s with %j is %s', (nodes, edges, order) => {
    expect(documentOrder(graph(nodes, edges))).toEqual({ order: [...order], cycles: [] })
  })

  test('puts a container before what is inside it, and passes over edges without ends', () => {
    const document = graph('cba', [], { c: 'a' })
    expect(documentOrder({ ...document, edges: [edge('x>a'), edge('a>x')] }).order).toEqual(['b', 'a', 'c'])
  })

  test('names each cycle, and puts what is on or behind it last', () => {
    const document = graph('abcdefg', ['b>c', 'c>d', 'd>b', 'd>e', 'f>f', 'a>b', 'e>g'])
    expect(documentOrder(document)).toEqual({
      order: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      cycles: [['b', 'c', 'd'], ['f']],
    })
  })

  test('finds two cycles that meet as one, and does not run out of stack', () => {
    expect(documentOrder(graph('abc', ['a>b', 'b>a', 'b>c', 'c>b'])).cycles).toEqual([['a', 'b', 'c']])
    const many = Array.from({ length: 5_000 }, (_, index) => node(`n${index}`, 'set'))
    const ring = many.map((_, index) => edge(`n${index}>n${(index + 1) % many.length}`))
    expect(documentOrder(workflow(many, ring)).cycles[0]).toHaveLength(5_000)
  })

  test('holds every node once and no node before its predecessors', () => {
    fc.assert(
      fc.property(arbitraryDocument(), (document) => {
        const { order, cycles } = documentOrder(document)
        expect([...order].sort()).toEqual(document.nodes.map(({ id }) => id).sort())
        const rank = new Map(order.map((id, index) => [id, index]))
        const forward = document.edges.every(({ source, target }) => (rank.get(source) ?? 0) < (rank.get(target) ?? 0))
        expect(forward || cycles.length > 0).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

describe('upstreamOf', () => {
  test('gives all nodes before, in the order of the document', () => {
    const document = graph('edcba', ['a>b', 'b>c', 'd>c', 'c>e'])
    expect([...upstreamOf(document, 'c')]).toEqual(['d', 'b', 'a'])
    expect([...upstreamOf(document, 'a')]).toEqual([])
    expect([...upstreamOf(document, 'missing')]).toEqual([])
  })

  test('holds the node itself only on a cycle', () => {
    expect([...upstreamOf(graph('ab', ['a>b', 'b>a']), 'a')]).toEqual(['a', 'b'])
  })
})

const entry = (fields: Partial<NodeManifestEntry>): NodeManifestEntry => ({
  type: 'x',
  version: 1,
  title: 'X',
  description: 'x',
  icon: 'M0 0',
  category: 'flow',
  params: {},
  ports: [],
  inputs: [{ name: 'in' }],
  outputs: {},
  summary: '',
  effect: 'none',
  inline: true,
  ...fields,
})

describe('resolvePorts', () => {
  const cases = entry({
    ports: [
      { each: 'params.cases', id: 'id', title: 'label' },
      { name: 'default', title: 'Otherwise', description: 'No case' },
    ],
    params: { type: 'object', properties: { cases: { type: 'array', default: [{ id: 'preset' }] } } },
  })
  const names = (params: Parameters<typeof node>[2]) =>
    resolvePorts(node('a', 'x', params), cases).map(({ name }) => name)

  test('gives one port for each item of a list, and the fixed ones', () => {
    expect(
      resolvePorts(
        node('a', 'x', {
          cases: [
            { id: 'one', label: 'One' },
            { id: 'two', label: '' },
          ],
        }),
        cases,
      ),
    ).toEqual([
      { name: 'one', title: 'One', isError: false },
      { name: 'two', title: 'two', isError: false },
      { name: 'default', title: 'Otherwise', description: 'No case', isError: false },
    ])
  })

  test('takes the default of the param when it is not set', () => {
    expect(names({})).toEqual(['preset', 'default'])
  })

  test('passes over items that name no port, and names that come twice', () => {
    expect(names({ cases: [{ id: 'a' }, { id: 'a' }, { id: 'Bad' }, { id: 'error' }, { id: 1 }, 'x', null] })).toEqual([
      'a',
      'default',
    ])
    expect(names({ cases: '{{ input.cases }}' })).toEqual(['default'])
  })

  test('gives fixed ports as they are, whether or not the schema of the params is at hand', () => {
    const { params, ...bare } = entry({ ports: [{ name: 'success', title: 'Done' }] })
    const done = [{ name: 'success', title: 'Done', isError: false }]
    expect(resolvePorts(node('a', 'x'), { ...bare, params })).toEqual(done)
    expect(resolvePorts(node('a', 'x'), bare)).toEqual(done)
  })

  test('passes over a path that leads through something else', () => {
    const nested = entry({ ports: [{ each: 'params.a.b', id: 'id', title: 'id' }] })
    expect(resolvePorts(node('a', 'x', { a: { b: [{ id: 'p' }] } }), nested)).toHaveLength(1)
    expect(resolvePorts(node('a', 'x', { a: [] }), nested)).toEqual([])
  })

  test('adds the error port while failures are routed', () => {
    const routed = withPolicy(node('a', 'x'), { onError: 'route' })
    const error = { name: 'error', title: 'On error', isError: true }
    expect(resolvePorts(routed, entry({}))).toEqual([error])
    expect(resolvePorts(node('a', 'x'), entry({ policy: { onError: 'route' } }))).toEqual([error])
    expect(
      resolvePorts(withPolicy(node('a', 'x'), { onError: 'fail' }), entry({ policy: { onError: 'route' } })),
    ).toEqual([])
  })
})

describe('resolveInputs and effectiveOnError', () => {
  test('describe the type', () => {
    expect(resolveInputs(entry({}))).toEqual([{ name: 'in' }])
    expect(effectiveOnError(node('a', 'x'), entry({}))).toBe('fail')
  })
})

describe('params by path', () => {
  test('paramAt finds a value or nothing', () => {
    const params = { list: [1, { a: null }], text: 'x' }
    expect(paramAt(params, ['list', 1, 'a'])).toBe(null)
    expect(paramAt(params, [])).toBe(params)
    for (const path of [['list', 'length'], ['text', 0], ['list', 9], ['toString'], ['list', 0, 'a']]) {
      expect(paramAt(params, path)).toBeUndefined()
    }
  })

  test('insertParamItem leaves its argument alone', () => {
    const params = { list: [1] }
    expect(insertParamItem(params, ['list', 1], 2)).toEqual({ list: [1, 2] })
    expect(params).toEqual({ list: [1] })
  })
})
