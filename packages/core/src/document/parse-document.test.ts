import { describe, expect, test } from 'vitest'
import { edge, node, workflow } from '../testing/index.ts'
import { faultsOf } from './faults.ts'
import { DOCUMENT_LIMITS, EMPTY_DOCUMENT, parseDocument } from './index.ts'

const full = workflow(
  [
    node('start', 'start', { schema: { type: 'object' } }),
    node(
      'charge',
      'acme/charge',
      { amount: '{{ input.total }}', lines: [{ a: [1, null, true] }] },
      {
        size: { width: 240, height: 88 },
        parentId: 'start',
        policy: {
          retry: {
            initialInterval: '1s',
            backoffCoefficient: 2,
            maximumInterval: '1m',
            maximumAttempts: 3,
            nonRetryableErrorTypes: ['HTTP_STATUS'],
          },
          timeout: '30s',
          heartbeat: '5s',
          taskQueue: 'slow',
          onError: 'route',
          compensation: 'start',
          join: { count: 2 },
          skipIf: '{{ input.free }}',
          idempotency: '{{ input.id }}',
        },
        disabled: true,
        locked: false,
        notes: 'Charges the card',
      },
    ),
  ],
  [{ ...edge('start>charge'), points: [{ x: 1, y: -2.5 }] }],
  {
    variables: [
      { name: 'region', value: { eu: [1] }, schema: true },
      { name: 'limit', value: 3, schema: { type: 'number' } },
    ],
    annotations: [{ id: 'n-1', kind: 'note', rect: { x: 0, y: 0, width: 10, height: 10 }, color: 'amber', text: '' }],
    settings: { timeout: '1h', durability: 'strict', description: 'Takes money' },
  },
)

/** A copy of the full document with one value set (or removed by `undefined`). */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(full) as unknown
  let at = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
  at[path.at(-1) ?? ''] = value
  return copy
}

const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })

describe('parseDocument', () => {
  test('gives a copy of a sound document', () => {
    const parsed = parseDocument(full)
    expect(parsed).toEqual(full)
    expect(parsed.nodes[1]?.params).not.toBe(full.nodes[1]?.params)
    expect(parseDocument(EMPTY_DOCUMENT)).toEqual(EMPTY_DOCUMENT)
  })

  test('names every fault of a document at once, with its path, up to a hundred', () => {
    const paths = (candidate: unknown): string[] => {
      try {
        parseDocument(candidate)
      } catch (error) {
        return faultsOf(error).map(({ path }) => path.join('.'))
      }
      return []
    }
    const [start, charge] = full.nodes
    const nodes = [
      { ...start, name: 5, extra: 1, params: { Upper: 1, ok: JSON.parse('{"__proto__":1}') } },
      { ...charge, typeVersion: 0, policy: { timeout: 'never', join: 'some' } },
    ]
    expect(paths({ ...full, nodes, edges: 7, annotations: undefined, more: 1 })).toEqual([
      'more',
      'nodes.0.extra',
      'nodes.0.name',
      'nodes.0.params.Upper',
      'nodes.0.params.ok.__proto__',
      'nodes.1.typeVersion',
      'nodes.1.policy.timeout',
      'nodes.1.policy.join',
      'edges',
      'annotations',
    ])
    const lost = edge('gone>away')
    const twice = [...full.variables, ...full.variables]
    expect(paths({ ...full, nodes: [...full.nodes, start], variables: twice })).toEqual([
      'nodes.2.id',
      'variables.2.name',
      'variables.3.name',
    ])
    expect(paths({ ...full, edges: [lost, { ...lost, id: 'x' }] })).toEqual([
      'edges.0.source',
      'edges.0.target',
      'edges.1.id',
      'edges.1.source',
      'edges.1.target',
    ])
    expect(paths({ ...full, nodes: Array(500).fill(null) })).toHaveLength(100)
  })

  test('takes the three words of a join mode', () => {
    for (const join of ['all', 'any', 'first-success']) {
      expect(parseDocument(changed(['nodes', 1, 'policy'], { join })).nodes[1]?.policy).toEqual({ join })
    }
  })

  test.each<[string, (string | number)[], unknown, (string | number)[]?]>([
    ['an unknown schema version', ['schemaVersion'], 2],
    ['a missing list', ['nodes'], undefined],
    ['a list that is none', ['edges'], {}],
    ['an unknown field', ['extra'], 1],
    ['an unknown field of a node', ['nodes', 0, 'label'], 'x'],
    ['a node that is no object', ['nodes', 0], 'start'],
    ['a node that is a list', ['nodes', 0], []],
    ['a node id with a space', ['nodes', 0, 'id'], 'a b'],
    ['a node id that is too long', ['nodes', 0, 'id'], 'a'.repeat(65)],
    ['a node id that is a duplicate', ['nodes', 1, 'id'], 'start'],
    ['a type in capitals', ['nodes', 0, 'type'], 'Start'],
    ['a type of three parts', ['nodes', 0, 'type'], 'a/b/c'],
    ['a fractional type version', ['nodes', 0, 'typeVersion'], 1.5],
    ['a type version below 1', ['nodes', 0, 'typeVersion'], 0],
    ['a name that is too long', ['nodes', 0, 'name'], 'n'.repeat(DOCUMENT_LIMITS.nameLength + 1)],
    ['a name with half a surrogate pair', ['nodes', 0, 'name'], 'x\ud800'],
    ['params that are a list', ['nodes', 0, 'params'], []],
    ['a param with a bad name', ['nodes', 0, 'params', 'Upper'], 1],
    ['a value that is no JSON', ['nodes', 0, 'params', 'a'], 1n],
    ['a number that is not finite', ['nodes', 0, 'params', 'a'], Number.NaN],
    [
      '__proto__ as a key',
      ['nodes', 0, 'params', 'a'],
      JSON.parse('{"__proto__":1}'),
      ['nodes', 0, 'params', 'a', '__proto__'],
    ],
    ['a key with NUL', ['nodes', 0, 'params', 'a'], { 'x\0': 1 }],
    ['a key with half a surrogate pair', ['nodes', 0, 'params', 'a'], { '\udc00': 1 }],
    ['a key that is too long', ['nodes', 0, 'params', 'a'], { ['k'.repeat(201)]: 1 }],
    [
      'params nested too deep',
      ['nodes', 0, 'params', 'a'],
      deep(16),
      ['nodes', 0, 'params', 'a', ...Array(15).fill('a')],
    ],
    ['a text that is too long', ['nodes', 0, 'params', 'a'], 'x'.repeat(DOCUMENT_LIMITS.textLength + 1)],
    [
      'too many members',
      ['nodes', 0, 'params', 'a'],
      Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [i, 1])),
    ],
    ['too many items', ['nodes', 0, 'params', 'a'], Array(10_001).fill(1)],
    ['a position without y', ['nodes', 0, 'position'], { x: 1 }, ['nodes', 0, 'position', 'y']],
    ['a position that is not finite', ['nodes', 0, 'position', 'x'], Number.POSITIVE_INFINITY],
    ['a position out of range', ['nodes', 0, 'position', 'x'], 1e8],
    ['a negative size', ['nodes', 1, 'size', 'width'], -1],
    ['a parent that is not there', ['nodes', 1, 'parentId'], 'missing'],
    ['a node inside itself', ['nodes', 1, 'parentId'], 'charge'],
    ['a disabled that is no boolean', ['nodes', 1, 'disabled'], 'yes'],
    ['an unknown policy field', ['nodes', 1, 'policy', 'retries'], 3],
    ['a duration without unit', ['nodes', 1, 'policy', 'timeout'], '30'],
    ['an unknown onError', ['nodes', 1, 'policy', 'onError'], 'ignore'],
    ['a join count of 0', ['nodes', 1, 'policy', 'join'], { count: 0 }],
    ['an empty task queue', ['nodes', 1, 'policy', 'taskQueue'], ''],
    ['an edge id that does not fit', ['edges', 0, 'id'], 'x'],
    ['an edge to nowhere', ['edges', 0], edge('start>missing'), ['edges', 0, 'target']],
    ['an edge from nowhere', ['edges', 0], edge('missing>start'), ['edges', 0, 'source']],
    ['an edge that is a duplicate', ['edges', 1], edge('start>charge'), ['edges', 1, 'id']],
    ['a port in capitals', ['edges', 0, 'sourceHandle'], 'OK'],
    ['too many bend points', ['edges', 0, 'points'], Array(101).fill({ x: 0, y: 0 })],
    ['a variable that is a duplicate', ['variables', 1], { name: 'region', value: 1 }, ['variables', 1, 'name']],
    ['a variable without a value', ['variables', 0, 'value'], undefined],
    ['a schema that is a text', ['variables', 0, 'schema'], 'string'],
    ['a schema that is null', ['variables', 0, 'schema'], null],
    ['a schema that is a list', ['variables', 0, 'schema'], []],
    ['an unknown kind of annotation', ['annotations', 0, 'kind'], 'image'],
    ['an unknown setting', ['settings', 'color'], 'red'],
    ['an unknown durability', ['settings', 'durability'], 'none'],
  ])('refuses %s and names its path', (_, path, value, at = path) => {
    expect(() => parseDocument(changed(path, value))).toThrow(
      expect.objectContaining({
        code: 'DOCUMENT_MALFORMED',
        details: { path: at, issues: [expect.objectContaining({ path: at })] },
      }),
    )
  })

  test('refuses an annotation id that is a duplicate', () => {
    const [note] = full.annotations
    expect(() => parseDocument({ ...full, annotations: [note, note] })).toThrow(
      'annotations.1.id is a duplicate: "n-1"',
    )
  })

  test.each([null, undefined, 1, 'document', []])('refuses %j as a whole', (value) => {
    expect(() => parseDocument(value)).toThrow('The document must be an object')
  })

  test('refuses a cycle of containers, and takes a chain of them', () => {
    const inside = (id: string, parentId?: string) => node(id, 'set', {}, parentId === undefined ? {} : { parentId })
    expect(() => parseDocument(workflow([inside('a', 'c'), inside('b', 'a'), inside('c', 'b')]))).toThrow(
      'nodes.0.parentId is inside itself: "a"',
    )
    expect(parseDocument(workflow([inside('a', 'b'), inside('b', 'c'), inside('c')])).nodes).toHaveLength(3)
  })

  test('ignores members that are undefined', () => {
    expect(parseDocument({ ...full, extra: undefined })).toEqual(full)
  })
})
