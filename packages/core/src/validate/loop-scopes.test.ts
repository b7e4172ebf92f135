import { describe, expect, test } from 'vitest'
import { call, each, end, fixed, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import type { WorkflowDocument, WorkflowNode } from '../document/index.ts'
import { completionsAt } from '../expression/index.ts'
import type { Json, JsonObject } from '../json.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'
import { createScopeSchemas, scopeSchemaFor } from './index.ts'

const within = (parentId: string) => ({ parentId })
const ORDERS = {
  type: 'object',
  properties: {
    orders: {
      type: 'array',
      items: {
        type: 'object',
        properties: { id: { type: 'string' }, lines: { type: 'array', items: { type: 'number' } } },
        required: ['id', 'lines'],
        additionalProperties: false,
      },
    },
  },
  required: ['orders'],
  additionalProperties: false,
}
const ORDER = ORDERS.properties.orders.items
const begin = node('start', 'start', { inputSchema: ORDERS })

/** start > before > each [ children ] > after > end; the loop takes the orders of the input. */
function looping(children: readonly WorkflowNode[], edges: readonly string[] = [], more: WorkflowNode = set('after')) {
  const nodes = [begin, set('before', { b: 1 }), each('each', { items: '{{ input.orders }}' }), ...children, more, end]
  return workflow(nodes, ['start>before', 'before>each', 'each>after', 'after>end', ...edges])
}

const scope = (document: WorkflowDocument, id: string) => scopeSchemaFor(document, manifest, id)
const part = (schema: unknown, key: string): Json => (schema as JsonObject)[key] ?? null
const keysOf = (schema: unknown): string[] => Object.keys(part(schema, 'properties') ?? {})
const resultsOf = (document: WorkflowDocument): Json =>
  part(part(part(scope(document, 'after').input, 'properties'), 'results'), 'items')

describe('item and index', () => {
  test('exist inside of loops only, with the type of the items of the list', () => {
    const document = looping([set('a', {}, within('each')), set('b', {}, within('each'))], ['a>b'])
    for (const id of ['a', 'b']) {
      expect(scope(document, id)).toMatchObject({ item: ORDER, index: { type: 'integer', minimum: 0 } })
    }
    for (const id of ['before', 'each', 'after', 'none']) expect(scope(document, id)).not.toHaveProperty('item')
  })

  test.each<[string, Json, Json]>([
    ['a list of texts', ['x', '{{ input.orders[0].id }}'], { type: 'string' }],
    ['a list with a template in it', [{ n: 1 }], { type: 'object', properties: { n: { type: 'number' } } }],
    ['an empty list', [], true],
    ['a call', '{{ pluck(input.orders, "id") }}', { type: 'string' }],
    ['a list that may be missing', '{{ input.orders ?? [] }}', ORDER],
    ['anything', '{{ vars.any }}', true],
    ['a text that is not a list', 'none', true],
    ['an expression with a fault', '{{ input.', true],
  ])('have the type of %s', (_name, items, expected) => {
    const document = {
      ...workflow([begin, each('each', { items }), set('a', {}, within('each'))], ['start>each']),
      variables: [{ name: 'any', schema: true, value: 1 }],
    }
    const { item } = scope(document, 'a')
    if (typeof expected === 'boolean') expect(item).toBe(expected)
    else expect(item).toMatchObject(expected as JsonObject)
  })

  test('are those of the innermost loop', () => {
    const document = looping([
      each('inner', { items: '{{ item.lines }}' }, within('each')),
      set('leaf', { n: '{{ item + index }}' }, within('inner')),
    ])
    expect(scope(document, 'inner').item).toMatchObject(ORDER)
    expect(scope(document, 'leaf').item).toEqual({ type: 'number' })
    expect(only(validate(document), 'EXPRESSION_TYPE')).toEqual([])
  })

  test('are known for the innermost of very many loops', () => {
    const depth = 3_000
    const loops = Array.from({ length: depth }, (_, at) =>
      each(`l${at}`, { items: at === 0 ? [[1]] : '{{ item }}' }, at === 0 ? {} : within(`l${at - 1}`)),
    )
    const document = workflow([start, ...loops, set('leaf', {}, within(`l${depth - 1}`))], ['start>l0'])
    expect(scope(document, 'leaf').item).toBe(true)
    expect(scope(document, 'l1').item).toEqual({ type: 'array', items: { type: 'number' } })
  })

  test('are no items of a loop that has no list, and unknown inside of what is not a loop', () => {
    const again = [node('again', 'again'), set('a', { x: '{{ item }}', y: '{{ index }}' }, within('again'))]
    const document = workflow([start, ...again, end], ['start>again', 'again>end'])
    expect(scope(document, 'a')).not.toHaveProperty('item')
    expect(scope(document, 'a')).not.toHaveProperty('index')
    expect(validate(document).map(({ message }) => message)).toEqual([
      'a: "fields › x": item exists only inside a loop over a list; after the loop, read its results',
      'a: "fields › y": index exists only inside a loop over a list; after the loop, read its results',
    ])
    const open = workflow([start, node('each', 'acme/none'), set('a', {}, within('each'))], ['start>each'])
    expect(scope(open, 'a').item).toBe(true)
    const box = workflow([start, set('box', {}), set('a', {}, within('box'))], ['start>box'])
    expect(scope(box, 'a').item).toBe(true)
  })

  test('are those of the loop around a scope or a loop without a list', () => {
    for (const type of ['attempt', 'again']) {
      const inside = [node('box', type, {}, within('each')), set('a', {}, within('box'))]
      expect(scope(looping(inside), 'a')).toMatchObject({ item: ORDER, index: { type: 'integer' } })
    }
    const outside = workflow(
      [start, node('box', 'attempt'), set('a', {}, within('box')), end],
      ['start>box', 'box>end', 'box:failed>end'],
    )
    for (const name of ['item', 'index', 'loop']) expect(scope(outside, 'a')).not.toHaveProperty(name)
    expect(validate(outside)).toEqual([])
  })

  test('are checked like other names, and have a remedy elsewhere', () => {
    const document = looping(
      [call('a', { url: 'https://x/{{ item.idd }}/{{ indx }}' }, within('each'))],
      [],
      set('after', { x: '{{ item.id }}', y: '{{ index }}' }),
    )
    expect(validate(document).map(({ code, nodeId, message }) => [code, nodeId, message])).toEqual([
      ['EXPRESSION_PATH_MISSING', 'a', 'a: "Address": item.idd is missing; did you mean id?'],
      ['EXPRESSION_PATH_MISSING', 'a', 'a: "Address": There is no indx here; did you mean index?'],
      ['EXPRESSION_PATH_MISSING', 'after', expect.stringContaining('item exists only inside a loop over a list')],
      ['EXPRESSION_PATH_MISSING', 'after', expect.stringContaining('index exists only inside a loop')],
    ])
    expect(validate(document)[2]).toMatchObject({
      severity: 'error',
      values: { reason: 'outside_loop', path: 'item', param: 'fields › x' },
    })
    const lenient = looping([], [], set('after', { x: '{{ item ?? 1 }}' }))
    expect(issueIn(lenient, 'EXPRESSION_PATH_MISSING').severity).toBe('warning')
    const error = withPolicy(call('a', {}, within('each')), { onError: 'route' })
    const handled = looping(
      [error, set('b', { x: '{{ error.code + item.id }}', y: '{{ error.code + erro }}' }, within('each'))],
      ['a:error>b'],
    )
    expect(issueIn(handled, 'EXPRESSION_PATH_MISSING').message).toContain('There is no erro here; did you mean error?')
  })

  test('are offered with their help, and the fields of an item', () => {
    const document = looping([set('a', {}, within('each'))])
    const offered = (text: string) => completionsAt(text, text.length, scope(document, 'a'))?.items ?? []
    expect(offered('{{ it').filter(({ kind, label }) => kind === 'root' && /^i(tem|ndex)/.test(label))).toEqual([
      { label: 'item', kind: 'root', insert: 'item', detail: 'object', help: 'Item of the loop that is processed' },
      {
        label: 'index',
        kind: 'root',
        insert: 'index',
        detail: 'number',
        help: 'Position of the iteration, from 0',
      },
    ])
    expect(offered('{{ item.').map(({ label, detail }) => [label, detail])).toEqual([
      ['id', 'text'],
      ['lines', 'list of number'],
    ])
  })
})

describe('a node inside a loop', () => {
  const document = looping(
    [
      set('a', { k: 1 }, within('each')),
      set('b', { l: '{{ input.k + input.b + nodes.a.output.k }}' }, within('each')),
      set('beside', { m: 1 }, within('each')),
      each('inner', {}, within('each')),
      set('leaf', { n: '{{ input.k + nodes.before.output.b }}' }, within('inner')),
    ],
    ['a>b', 'b>inner'],
  )
  const scopeOf = createScopeSchemas(document, manifest)

  test('reads what the loop reads, and what comes before it in its iteration', () => {
    expect(validate(document)).toEqual([])
    expect(scopeOf('a').input).toMatchObject({ required: ['orders', 'b'] })
    expect(scopeOf('leaf').input).toMatchObject({ required: ['orders', 'b', 'k', 'l'] })
    expect(keysOf(scopeOf('leaf').nodes)).toEqual(['start', 'before', 'a', 'b'])
    expect(part(scopeOf('leaf').nodes, 'required')).toEqual(['start', 'before', 'a', 'b'])
    expect(keysOf(scopeOf('beside').nodes)).toEqual(['start', 'before'])
    expect(scopeOf('leaf').trigger).toMatchObject(ORDERS)
  })

  test('reads what all branches of its iteration have written', () => {
    const joined = looping(
      [
        set('a', { k: 1 }, within('each')),
        set('b', { l: 1 }, within('each')),
        node('join', 'join', {}, within('each')),
      ],
      ['a>join', 'b>join'],
    )
    expect(scope(joined, 'join').input).toMatchObject({ required: ['orders', 'b', 'k', 'l'] })
    const split = looping(
      [
        node('if', 'if-else', { left: 1 }, within('each')),
        set('a', { k: 1 }, within('each')),
        set('b', {}, within('each')),
      ],
      ['if:true>a', 'a>b', 'if:false>b'],
    )
    expect(scope(split, 'b').input).toMatchObject({ required: ['orders', 'b', 'condition'] })
    expect(keysOf(scope(split, 'b').input)).toEqual(['orders', 'b', 'condition', 'k'])
  })

  test('reads the error of the branch that its loop is in', () => {
    const nodes = [
      start,
      withPolicy(call('call'), { onError: 'route' }),
      each('each'),
      set('a', { c: '{{ error.code }}' }, within('each')),
      end,
    ]
    expect(validate(workflow(nodes, ['start>call', 'call:error>each', 'call>end', 'each>end']))).toEqual([])
  })

  test('is not read outside of its loop, whose results are', () => {
    expect(keysOf(scopeOf('after').nodes)).toEqual(['start', 'before', 'each'])
    expect(keysOf(scopeOf('after').input)).toEqual(['orders', 'b', 'results', 'failures'])
    const reading = looping(
      [each('inner', {}, within('each')), set('leaf', { n: '{{ nodes.each.output }}' }, within('inner'))],
      [],
      set('after', { x: '{{ nodes.leaf.output.n }}', y: '{{ nodes.inner.output }}', z: '{{ input.n }}' }),
    )
    const why = only(validate(reading), 'REFERENCE_NOT_UPSTREAM').map(({ message }) => message)
    expect(why).toEqual([
      'leaf: "fields › n" reads each, but its results exist only after its last iteration',
      'after: "fields › x" reads leaf, but it runs many times inside each: read the results of each',
      'after: "fields › y" reads inner, but it runs many times inside each: read the results of each',
    ])
    expect(issueIn(reading, 'EXPRESSION_PATH_MISSING')).toMatchObject({ nodeId: 'after', values: { path: 'input.n' } })
  })

  test('in a loop in a loop is not read by the nodes behind the inner one', () => {
    const document = looping(
      [
        each('inner', {}, within('each')),
        set('leaf', { n: 1 }, within('inner')),
        set('behind', { x: '{{ nodes.leaf.output.n }}', y: '{{ input.results[0].n }}' }, within('each')),
      ],
      ['inner>behind'],
    )
    expect(validate(document).map(({ message }) => message)).toEqual([
      'behind: "fields › x" reads leaf, but it runs many times inside inner: read the results of inner',
    ])
  })

  test('is not read from beside its loop, and not by the list of its loop', () => {
    const nodes = [
      start,
      each('each', { items: '{{ [nodes.a.output] }}' }),
      set('a', {}, within('each')),
      set('beside', { x: '{{ nodes.a.output }}' }),
    ]
    const document = workflow(nodes, ['start>each', 'start>beside'])
    expect(only(validate(document), 'REFERENCE_NOT_UPSTREAM').map(({ message }) => message)).toEqual([
      'each: "Items" reads a, but no path leads from a to here',
      'beside: "fields › x" reads a, but no path leads from a to here',
    ])
  })

  test('has its own collisions, not those of the loop around it', () => {
    const document = looping(
      [
        call('a', {}, within('each')),
        call('b', {}, within('each')),
        call('c', { url: '{{ input.status }}' }, within('each')),
      ],
      ['a>c', 'b>c'],
    )
    expect(only(validate(document), 'KEY_COLLISION').map(({ nodeId }) => nodeId)).toEqual(['c', 'c'])
    const loops = workflow(
      [
        start,
        each('one'),
        set('a', {}, within('one')),
        each('two', {}, within('one')),
        set('b', {}, within('two')),
        end,
      ],
      ['start>one', 'one>end', 'a>two'],
    )
    expect(validate(loops)).toEqual([])
  })
})

describe('loop', () => {
  const again = (condition: string, children: readonly WorkflowNode[], more: WorkflowNode = set('after')) =>
    workflow(
      [start, node('again', 'again', { condition }), ...children, more, end],
      ['start>again', 'again>after', 'after>end'],
    )
  const ROUND = { properties: { index: { type: 'integer' }, previous: {} }, required: ['index', 'previous'] }

  test('is read by a loop and the nodes inside it, with the result of the iteration before', () => {
    const document = again('{{ (loop.previous?.n ?? 0) < 5 }}', [
      call('a', { url: 'https://x/{{ loop.index }}' }, within('again')),
      set('b', { n: '{{ loop.previous?.n ?? 0 }}' }, within('again')),
    ])
    const inside = { ...document, edges: [...document.edges, ...workflow([], ['a>b']).edges] }
    expect(validate(inside)).toEqual([])
    for (const id of ['again', 'a', 'b']) {
      expect(scope(inside, id).loop).toMatchObject(ROUND)
      expect(part(part(part(scope(inside, id).loop, 'properties'), 'previous'), 'anyOf')).toEqual([
        expect.objectContaining({ required: ['n'] }),
        { type: 'null' },
      ])
    }
    for (const id of ['start', 'after']) expect(scope(inside, id)).not.toHaveProperty('loop')
    expect(part(part(scope(inside, 'after').input, 'properties'), 'last')).toMatchObject({
      anyOf: [expect.objectContaining({ required: ['n'] }), { type: 'null' }],
    })
    const faulty = again('{{ loop.previous.m == loop.indx }}', [set('b', { n: 1 }, within('again'))])
    expect(validate(faulty).map(({ message }) => message)).toEqual([
      'again: "Condition": loop.previous.m is missing',
      'again: "Condition": loop.indx is missing; did you mean index?',
    ])
  })

  test('of a list that may be missing has a fix that gives an empty list, not null', () => {
    const optional = { ...ORDERS, required: [] }
    const document = looping([set('a', { k: '{{ input.total }}' }, within('each'))])
    const nodes = document.nodes.map((each) =>
      each.id === 'start' ? { ...each, params: { ...each.params, inputSchema: optional } } : each,
    )
    const unsure = only(validate({ ...document, nodes }), 'EXPRESSION_PATH_UNSURE')
    const [items] = unsure.filter(({ nodeId }) => nodeId === 'each')
    expect(items?.fix).toMatchObject({
      code: 'USE_EMPTY',
      values: { kind: 'list' },
      title: 'Use an empty list if missing',
      operations: [{ value: '{{ input.orders ?? [] }}' }],
    })
    if (items === undefined) throw new Error('There is no issue')
    const condition = workflow(
      [
        begin,
        node('again', 'again', { condition: '{{ loop.previous.done }}' }),
        set('a', { done: true }, within('again')),
        end,
      ],
      ['start>again', 'again>end'],
    )
    const [unfixed] = only(validate(condition), 'EXPRESSION_PATH_UNSURE')
    expect(unfixed).toBeDefined()
    expect(unfixed).not.toHaveProperty('fix')
    expect(only(validate(fixed({ ...document, nodes }, items)), 'EXPRESSION_PATH_UNSURE')).toEqual([])
  })

  test('has no previous result in the first iteration, whether its type is known or not', () => {
    const document = again('{{ loop.previous.n < 5 }}', [set('a', { n: '{{ loop.previous.n + 1 }}' }, within('again'))])
    const unsure = only(validate(document), 'EXPRESSION_PATH_UNSURE')
    expect(unsure.map(({ message }) => message)).toEqual([
      'again: "Condition": loop.previous may be null',
      'a: "fields › n": loop.previous may be null',
    ])
    expect(unsure.map(({ fix }) => fix?.operations)).toMatchObject([
      [{ value: '{{ loop.previous?.n < 5 }}' }],
      [{ value: '{{ loop.previous?.n + 1 }}' }],
    ])
    const open = again('{{ loop.previous.n < 5 }}', [node('a', 'acme/none', {}, within('again'))])
    expect(only(validate(open), 'EXPRESSION_PATH_UNSURE').map(({ nodeId }) => nodeId)).toEqual(['again'])
  })

  test('has a previous result for a condition that is read after each iteration', () => {
    const document = again('{{ loop.previous.n < 5 }}', [
      set('a', { n: '{{ loop.previous?.n ?? 1 }}' }, within('again')),
    ])
    const nodes = document.nodes.map((each) =>
      each.id === 'again' ? { ...each, params: { ...each.params, after: true } } : each,
    )
    expect(validate({ ...document, nodes })).toEqual([])
  })

  test.each(['attempt', 'again', 'each', 'set', 'acme/none'])('is found in %s nodes inside each other', (type) => {
    const inside = (id: string, parentId: string) => node(id, type, { x: '{{ loop.index }}' }, { parentId })
    const document = workflow([start, inside('a', 'b'), inside('b', 'a'), inside('c', 'c'), set('d', {}, within('a'))])
    expect(validate(document).map(({ code }) => code)).toContain('WORKFLOW_CYCLE')
    const scopeOf = createScopeSchemas(document, manifest)
    expect(['a', 'b', 'c', 'd'].map((id) => 'run' in scopeOf(id))).toEqual([true, true, true, true])
  })

  test('is that of the innermost loop, with a remedy elsewhere', () => {
    const document = again(
      '{{ true }}',
      [
        each('inner', { items: '{{ [loop.index] }}' }, within('again')),
        set('leaf', { x: '{{ loop }}' }, within('inner')),
      ],
      set('after', { x: '{{ loop.index }}' }),
    )
    expect(issueIn(document, 'EXPRESSION_PATH_MISSING').message).toBe(
      'after: "fields › x": loop exists only inside a loop; after the loop, read its results',
    )
    expect(part(part(scope(document, 'leaf').loop, 'properties'), 'previous')).toMatchObject({
      anyOf: [expect.objectContaining({ required: ['x'] }), { type: 'null' }],
    })
    const deep = again('{{ true }}', [node('a', 'acme/none', {}, within('again'))])
    expect(part(part(scope(deep, 'again').loop, 'properties'), 'previous')).toEqual({
      anyOf: [{ type: 'object' }, { type: 'null' }],
    })
    expect(part(part(scope(deep, 'after').input, 'properties'), 'last')).toMatchObject({ description: 'From again' })
  })
})

describe('the results of a loop', () => {
  test('have the schema of the output of its last node', () => {
    const document = looping(
      [set('a', { k: 1 }, within('each')), set('b', { l: '{{ item.id }}' }, within('each'))],
      ['a>b'],
    )
    const output = {
      type: 'object',
      properties: { l: { type: 'string' } },
      required: ['l'],
      additionalProperties: false,
    }
    expect(resultsOf(document)).toEqual(output)
    expect(part(part(scope(document, 'after').nodes, 'properties'), 'each')).toMatchObject({
      properties: { output: { properties: { results: { items: output } } } },
    })
    const reading = { ...document, nodes: [...document.nodes, set('last', { x: '{{ input.results[0].m }}' })] }
    const read = { ...reading, edges: [...reading.edges, ...workflow([], ['after>last', 'last>end']).edges] }
    expect(issueIn(read, 'EXPRESSION_PATH_MISSING').message).toContain('input.results.0.m is missing')
  })

  test('have those of all that may be last, and null where none may run', () => {
    const check = node('if', 'if-else', { left: 1 }, within('each'))
    const yes = set('yes', { y: 1 }, within('each'))
    const no = set('no', { n: 1 }, within('each'))
    const schemas = (document: WorkflowDocument) => (part(resultsOf(document), 'anyOf') as readonly Json[]) ?? null
    const both = schemas(looping([check, yes, no], ['if:true>yes', 'if:false>no']))
    expect(both.map(keysOf)).toEqual([['y'], ['n']])
    const one = schemas(looping([check, yes], ['if:true>yes']))
    expect(one).toEqual([expect.objectContaining({ required: ['y'] }), { type: 'null' }])
    const collecting = looping([yes])
    const nodes = collecting.nodes.map((each) =>
      each.id === 'each' ? { ...each, params: { ...each.params, onFailure: 'collect' } } : each,
    )
    expect(schemas({ ...collecting, nodes })[1]).toEqual({ type: 'null' })
  })

  test('of a skipped loop may be missing, and of loops in loops are described once', () => {
    const skipping = looping([set('a', { k: 1 }, within('each'))])
    const nodes = skipping.nodes.map((each) => (each.id === 'each' ? withPolicy(each, { skipIf: '{{ true }}' }) : each))
    const { input } = scope({ ...skipping, nodes }, 'after')
    expect(part(input, 'required')).toEqual(['orders', 'b'])
    const off = skipping.nodes.map((each) => (each.id === 'each' ? { ...each, disabled: true } : each))
    expect(keysOf(scope({ ...skipping, nodes: off }, 'after').input)).toEqual(['orders', 'b'])
    const nested = looping([each('inner', {}, within('each')), set('leaf', { k: 1 }, within('inner'))])
    expect(resultsOf(nested)).toMatchObject({ properties: { results: { items: { required: ['k'] } } } })
    const deep = looping([
      each('inner', {}, within('each')),
      each('third', {}, within('inner')),
      set('leaf', { k: 1 }, within('third')),
    ])
    expect(resultsOf(deep)).toBe(true)
    expect(resultsOf(looping([]))).toBe(true)
    const empty = looping([each('inner', {}, within('each'))])
    expect(resultsOf(empty)).toMatchObject({ properties: { results: { items: true } } })
    expect(resultsOf(looping([node('a', 'acme/none', {}, within('each'))]))).toBe(true)
  })

  test('have the result of a node that ends an iteration, also in a scope, and null without one', () => {
    const schemasOf = (children: readonly WorkflowNode[], edges: readonly string[] = []) =>
      part(resultsOf(looping(children, edges)), 'anyOf') as readonly Json[]
    const choose = node('if', 'if-else', { left: 1 }, within('each'))
    const found = node('stop', 'break', { result: '{{ item }}' }, within('each'))
    const last = set('a', { k: 1 }, within('each'))
    expect(schemasOf([choose, found, last], ['if:true>stop', 'if:false>a']).map(keysOf)).toEqual([['k'], keysOf(ORDER)])
    expect(schemasOf([last, node('empty', 'attempt', {}, within('each'))])).toHaveLength(3)
    const attempt = node('try', 'attempt', {}, within('each'))
    const inTry = node('next', 'continue', {}, within('try'))
    expect(schemasOf([attempt, inTry, set('b', {}, within('try')), last], ['try>a']).at(-1)).toEqual({ type: 'null' })
    expect(resultsOf(looping([node('stop', 'break', {}, within('each'))]))).toEqual({ type: 'null' })
    const ring = workflow([
      node('a', 'attempt', {}, within('b')),
      node('b', 'attempt', {}, within('a')),
      each('c', {}, within('b')),
      node('d', 'attempt', {}, within('c')),
      node('stop', 'break', {}, within('d')),
    ])
    expect(validate(ring).map(({ code }) => code)).toContain('WORKFLOW_CYCLE')
  })

  test('of a break are no previous results', () => {
    const previous = (type: 'break' | 'continue') => {
      const nodes = [
        node('again', 'again', { condition: '{{ true }}' }),
        node('if', 'if-else', { left: 1 }, within('again')),
        node('stop', type, { result: 'x' }, within('again')),
        set('a', { k: 1 }, within('again')),
      ]
      const document = workflow([start, ...nodes, end], ['start>again', 'if:true>stop', 'if:false>a', 'again>end'])
      return part(part(part(scope(document, 'a').loop, 'properties'), 'previous'), 'anyOf')
    }
    expect(previous('break')).toEqual([expect.objectContaining({ required: ['k'] }), { type: 'null' }])
    expect(previous('continue')).toEqual([
      { anyOf: [expect.objectContaining({ required: ['k'] }), { type: 'string' }] },
      { type: 'null' },
    ])
  })

  test('are not described for types that describe no results, and for loops inside each other', () => {
    const nodes = manifest.nodes.map((entry) => (entry.type === 'each' ? { ...entry, outputs: {} } : entry))
    const document = looping([set('a', {}, within('each'))])
    expect(part(scopeSchemaFor(document, { nodes }, 'after').input, 'additionalProperties')).toBe(true)
    const other = manifest.nodes.map((entry) =>
      entry.type === 'each' ? { ...entry, outputs: { '*': { type: 'object', properties: { results: true } } } } : entry,
    )
    const open = scopeSchemaFor(document, { nodes: other as typeof manifest.nodes }, 'after').input
    expect(part(part(open, 'properties'), 'results')).toMatchObject({ description: 'From each' })
    const ring = workflow(
      [
        each('a', {}, within('b')),
        set('x', { r: '{{ nodes.a.output.results }}' }, within('b')),
        each('b', {}, within('a')),
        node('stop', 'break', { result: 'x' }, within('a')),
      ],
      ['a>x'],
    )
    expect(part(part(scope(ring, 'x').nodes, 'properties'), 'a')).toMatchObject({ title: 'a' })
  })
})
