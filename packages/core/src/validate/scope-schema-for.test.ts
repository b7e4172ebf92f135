import { describe, expect, test } from 'vitest'
import { workflowManifest } from '../../test/workflow-types.ts'
import type { WorkflowDocument, WorkflowNode } from '../document/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'
import { createScopeSchemas, scopeSchemaFor } from './index.ts'

const manifest = workflowManifest()
const scope = (document: WorkflowDocument, nodeId: string) => scopeSchemaFor(document, manifest, nodeId)

const set = (id: string, fields: JsonObject, more: Partial<WorkflowNode> = {}) => node(id, 'set', { fields }, more)
const start = (properties: JsonObject = {}, required: string[] = []) =>
  node('start', 'start', { inputSchema: { type: 'object', properties, required } })

const object = (schema: JsonSchema | undefined): JsonObject => (typeof schema === 'object' ? schema : {})
const properties = (schema: JsonSchema | undefined): JsonObject => object(object(schema).properties as JsonSchema)
/** `name` for a key that is always there, `name?` for one that may be missing. */
const keys = (schema: JsonSchema | undefined): string[] => {
  const required = object(schema).required as string[]
  return Object.keys(properties(schema)).map((key) => (required.includes(key) ? key : `${key}?`))
}
const inputKeys = (document: WorkflowDocument, nodeId: string) => keys(scope(document, nodeId).input)
const inputKey = (document: WorkflowDocument, nodeId: string, key: string) =>
  properties(scope(document, nodeId).input)[key]

describe('input', () => {
  test('holds what all nodes before have written, in a chain', () => {
    const document = workflow(
      [start({ text: { type: 'string' }, extra: {} }, ['text']), set('a', { n: 1 }), set('b', {})],
      ['start>a', 'a>b'],
    )
    expect(inputKeys(document, 'start')).toEqual([])
    expect(inputKeys(document, 'a')).toEqual(['text', 'extra?'])
    expect(inputKeys(document, 'b')).toEqual(['text', 'extra?', 'n'])
    expect(object(scope(document, 'b').input)).not.toHaveProperty('additionalProperties')
  })

  test('has the type of a key and its writers; a later sure writer hides an earlier one', () => {
    const document = workflow(
      [start(), set('a', { x: 'text' }, { name: 'First' }), set('b', { x: 5 }, { name: 'Second' }), set('c', {})],
      ['start>a', 'a>b', 'b>c'],
    )
    expect(inputKey(document, 'b', 'x')).toEqual({ type: 'string', description: 'From First', 'x-writers': ['a'] })
    expect(inputKey(document, 'c', 'x')).toEqual({ type: 'number', description: 'From Second', 'x-writers': ['b'] })
  })

  test('has what only some branches write as perhaps missing, where branches exclude each other', () => {
    const document = workflow(
      [
        start(),
        node('if', 'if-else', { left: 1, operator: '==' }),
        set('a', { both: 1, one: 1 }),
        set('b', { both: 'x' }),
        set('c', {}),
      ],
      ['start>if', 'if:true>a', 'if:false>b', 'a>c', 'b>c'],
    )
    expect(inputKeys(document, 'c').sort()).toEqual(['both', 'condition', 'one?'])
    expect(inputKey(document, 'c', 'both')).toEqual({
      anyOf: [{ type: 'string' }, { type: 'number' }],
      description: 'From b, a',
      'x-writers': ['b', 'a'],
    })
  })

  test('has what all branches of a fork write, once they have come together', () => {
    const nodes = [
      start(),
      node('fork', 'fork'),
      set('a', { a: 1 }),
      set('a2', { a2: 1 }),
      set('b', { b: 1 }),
      node('join', 'join'),
    ]
    const edges = ['start>fork', 'fork:a>a', 'a>a2', 'fork:b>b', 'a2>join', 'b>join']
    expect(inputKeys(workflow(nodes, edges), 'join').sort()).toEqual(['a', 'a2', 'b'])
    expect(inputKeys(workflow(nodes, edges), 'a2')).toEqual(['a'])
    for (const join of ['any', 'first-success', { count: 1 }] as const) {
      const hasty = workflow([...nodes.slice(0, -1), withPolicy(node('join', 'join'), { join })], edges)
      expect(inputKeys(hasty, 'join').sort()).toEqual(['a2?', 'a?', 'b?'])
    }
  })

  test('does not count on branches behind a join that goes on early', () => {
    const document = workflow(
      [
        start(),
        node('fork', 'fork', { branches: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] }),
        set('a', { a: 1 }),
        set('b', { b: 1 }),
        withPolicy(node('early', 'join'), { join: 'any' }),
        set('c', { c: 1 }),
        node('all', 'join'),
      ],
      ['start>fork', 'fork:a>a', 'fork:b>b', 'fork:c>c', 'a>early', 'b>early', 'early>all', 'c>all'],
    )
    expect(inputKeys(document, 'all').sort()).toEqual(['a?', 'b?', 'c'])
  })

  test('counts on what a branch has surely passed before it came to a fork of its own', () => {
    const document = workflow(
      [
        start(),
        node('f', 'fork'),
        set('a', { a: 1 }),
        node('g', 'fork'),
        set('b', { b: 1 }),
        set('c', { c: 1 }),
        node('join', 'join'),
      ],
      ['start>f', 'f:a>a', 'f:b>g', 'g:a>b', 'g:b>c', 'a>join', 'b>join', 'c>join'],
    )
    expect(inputKeys(document, 'join').sort()).toEqual(['a', 'b', 'c'])
  })

  test('has nothing of a disabled node, which is passed through by its first port', () => {
    const document = workflow(
      [
        start(),
        node('if', 'if-else', {}, { disabled: true }),
        set('a', { a: 1 }),
        set('off', { off: 1 }, { disabled: true }),
        set('z', {}),
      ],
      ['start>if', 'if:true>a', 'if:true>off', 'a>z', 'off>z'],
    )
    expect(inputKeys(document, 'z')).toEqual(['a'])
    const lost = workflow([start(), node('end', 'end', {}, { disabled: true })], ['start>end'])
    expect(inputKeys(lost, 'end')).toEqual([])
  })

  test('has as perhaps missing what a node may pass over or fail to write', () => {
    const chain = (a: WorkflowNode) => workflow([start(), a, set('z', {})], ['start>a', 'a>z'])
    expect(inputKeys(chain(withPolicy(set('a', { a: 1 }), { skipIf: '{{ true }}' })), 'z')).toEqual(['a?'])
    expect(inputKeys(chain(withPolicy(set('a', { a: 1 }), { onError: 'continue' })), 'z')).toEqual(['a?'])
    expect(inputKeys(chain(withPolicy(set('a', { a: 1 }), { onError: 'fail' })), 'z')).toEqual(['a'])
  })

  test('has what either of two triggers begins with', () => {
    const schema = { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] }
    const document = workflow(
      [
        node('one', 'start', { inputSchema: schema }),
        node('two', 'start', { inputSchema: { ...schema, required: [] } }),
        set('z', {}),
      ],
      ['one>z', 'two>z'],
    )
    expect(inputKeys(document, 'z')).toEqual(['x?'])
    expect(scope(document, 'z').trigger).toEqual({ anyOf: [schema, { ...schema, required: [] }] })
  })

  test('may have anything behind a node of an unknown type, or one with an open output', () => {
    const others = (between: WorkflowNode) =>
      object(scope(workflow([start(), between, set('z', {})], ['start>a', 'a>z']), 'z').input).additionalProperties
    expect(others(node('a', 'gone/away'))).toBe(true)
    expect(others(node('a', 'acme/call', { url: 'x' }))).toBe(true)
    const closed = node('start', 'start', { inputSchema: { type: 'object', additionalProperties: false } })
    const strict = workflow([closed, set('a', {}), set('z', {})], ['start>a', 'a>z'])
    expect(object(scope(strict, 'z').input).additionalProperties).toBe(false)
  })

  test('knows the types of named values from their templates', () => {
    const document = workflow(
      [
        start({ n: { type: 'number' }, tags: { type: 'array', items: { type: 'string' } } }, ['n', 'tags']),
        set('a', {
          copy: '{{ input.n }}',
          text: 'n is {{ input.n }}',
          plain: 'x',
          list: ['{{ input.n }}', 'x'],
          empty: [],
          nothing: null,
          yes: true,
          deep: { first: '{{ input.tags.0 }}' },
        }),
        set('z', {}),
      ],
      ['start>a', 'a>z'],
    )
    const types = Object.fromEntries(
      Object.entries(properties(scope(document, 'z').input)).map(([key, schema]) => {
        const { description, 'x-writers': writers, ...rest } = object(schema as JsonSchema)
        return [key, rest]
      }),
    )
    expect(types).toMatchObject({
      copy: { type: 'number' },
      text: { type: 'string' },
      plain: { type: 'string' },
      list: { type: 'array', items: { anyOf: [{ type: 'number' }, { type: 'string' }] } },
      empty: { type: 'array' },
      nothing: { type: 'null' },
      yes: { type: 'boolean' },
      deep: { properties: { first: { type: 'string' } }, required: ['first'] },
    })
  })

  test('follows references inside a schema', () => {
    const inputSchema = {
      $ref: '#/$defs/ticket',
      $defs: {
        ticket: { type: 'object', properties: { who: { $ref: '#/$defs/person' } }, required: ['who'] },
        person: { type: 'string' },
      },
    }
    const document = workflow([node('start', 'start', { inputSchema }), set('a', {})], ['start>a'])
    expect(inputKey(document, 'a', 'who')).toMatchObject({ type: 'string' })
  })

  test('says of a key that may be anything who wrote it', () => {
    const inputSchema = { type: 'object', properties: { any: true, none: false } }
    const document = workflow([node('start', 'start', { inputSchema }), set('a', {})], ['start>a'])
    expect(inputKey(document, 'a', 'any')).toEqual({ description: 'From start', 'x-writers': ['start'] })
    expect(inputKey(document, 'a', 'none')).toEqual({ not: {}, description: 'From start', 'x-writers': ['start'] })
  })

  test('takes any param for a schema as far as it is one', () => {
    for (const inputSchema of [true, 5, null]) {
      const document = workflow([node('start', 'start', { inputSchema }), set('a', {})], ['start>a'])
      expect(object(scope(document, 'a').input)).toMatchObject({ properties: {}, additionalProperties: true })
    }
    const broken = workflow([start(), node('s', 'set', { fields: 'x' }), set('a', {})], ['start>s', 's>a'])
    expect(inputKeys(broken, 'a')).toEqual([])
  })
})

describe('nodes', () => {
  const document = workflow(
    [
      start(),
      node('if', 'if-else', {}, { name: 'Check' }),
      set('a', { a: 1 }),
      set('b', { b: 1 }),
      set('c', {}),
      set('beside', {}),
    ],
    ['start>if', 'if:true>a', 'if:false>b', 'a>c', 'b>c', 'start>beside'],
  )

  test('are those that come before; those that may not have run are not required', () => {
    expect(keys(scope(document, 'c').nodes)).toEqual(['start', 'if', 'a?', 'b?'])
    expect(keys(scope(document, 'a').nodes)).toEqual(['start', 'if'])
    expect(properties(scope(document, 'c').nodes).if).toMatchObject({
      title: 'Check',
      properties: { output: { properties: { condition: { type: 'boolean' } } } },
      required: ['output'],
      additionalProperties: false,
    })
  })

  test('have the output of the port that was surely taken, or of any', () => {
    const approval = (edges: string[]) =>
      workflow(
        [
          start(),
          withPolicy(node('call', 'acme/ask', { prompt: 'x', schema: { type: 'object' } }), { onError: 'route' }),
          set('z', {}),
        ],
        ['start>call', ...edges],
      )
    const output = (edges: string[]) =>
      properties(object(properties(scope(approval(edges), 'z').nodes).call as JsonSchema))?.output
    expect(output(['call>z'])).toEqual({ type: 'object' })
    expect(output(['call:error>z'])).toMatchObject({ required: ['code', 'message'] })
    expect(output(['call>z', 'call:error>z'])).toMatchObject({
      anyOf: [{ type: 'object' }, { required: ['code', 'message'] }],
    })
  })
})

describe('error', () => {
  const failing = (id: string) => withPolicy(node(id, 'acme/call', { url: 'x' }), { onError: 'route' })
  const document = workflow(
    [start(), failing('call'), set('handle', {}), set('after', {}), set('fine', {})],
    ['start>call', 'call:error>handle', 'call>fine', 'handle>after', 'fine>after'],
  )

  test('is there in error branches only', () => {
    expect(Object.keys(scope(document, 'handle'))).toContain('error')
    expect(Object.keys(scope(document, 'after'))).toContain('error')
    expect(Object.keys(scope(document, 'fine'))).not.toContain('error')
    expect(scope(document, 'handle').error).toMatchObject({ required: ['code', 'message'] })
  })

  test('is the failed attempt in the condition to try again, in any branch', () => {
    const scopeOf = createScopeSchemas(document, manifest)
    for (const id of ['call', 'handle', 'nowhere']) {
      expect(scopeOf(id, ['policy', 'retryIf']).error).toMatchObject({
        required: ['code', 'message', 'details', 'attempt'],
      })
    }
    expect(scopeOf('call', ['policy', 'skipIf'])).not.toHaveProperty('error')
    expect(scopeOf('call', ['params', 'retryIf'])).not.toHaveProperty('error')
  })

  test('adds nothing to the input', () => {
    expect(inputKeys(document, 'handle')).toEqual([])
  })
})

describe('vars and run', () => {
  const document = workflow([start()], [], {
    variables: [
      { name: 'limit', value: 5 },
      { name: 'mode', value: 'a', schema: { enum: ['a', 'b'] } },
      { name: 'list', value: [1, 'x'] },
      { name: 'empty', value: [] },
      { name: 'one', value: [{ a: null }] },
    ],
  })

  test('have the types of the variables', () => {
    const { vars, run } = scope(document, 'start')
    expect(keys(vars)).toEqual(['limit', 'mode', 'list', 'empty', 'one'])
    expect(properties(vars)).toMatchObject({
      limit: { type: 'number' },
      mode: { enum: ['a', 'b'] },
      list: { items: { anyOf: [{ type: 'number' }, { type: 'string' }] } },
      empty: { type: 'array' },
      one: { items: { properties: { a: { type: 'null' } } } },
    })
    expect(keys(run)).toEqual(['id', 'workflowId', 'version', 'startedAt'])
  })

  test('are all that is known of a node that is not there', () => {
    const { vars, nodes } = scope(document, 'missing')
    expect(keys(vars)).toContain('limit')
    expect(keys(nodes)).toEqual([])
  })
})

describe('createScopeSchemas', () => {
  test('answers for each node of a long chain, also one with a cycle', () => {
    const nodes = Array.from({ length: 2_000 }, (_, index) => set(`n${index}`, { [`k${index % 7}`]: index }))
    const edges = nodes.slice(1).map((_, index) => `n${index}>n${index + 1}`)
    const scopeOf = createScopeSchemas(workflow(nodes, edges), manifest)
    expect(keys(scopeOf('n1999').input)).toHaveLength(7)
    const ring = createScopeSchemas(workflow(nodes.slice(0, 3), ['n0>n1', 'n1>n2', 'n2>n1']), manifest)
    expect(keys(ring('n2').input).sort()).toEqual(['k0', 'k1'])
  })
})

describe('the schema of run', () => {
  const nodes = manifest.nodes.map((entry) =>
    entry.type === 'acme/call' ? { ...entry, control: 'callback' as const } : entry,
  )
  const runKeys = (document: WorkflowDocument, nodeId: string) => {
    const run = scopeSchemaFor(document, { ...manifest, nodes }, nodeId).run
    return keys(properties(run).callbackUrls as JsonSchema)
  }
  const call = (id: string, more: Partial<WorkflowNode> = {}) => node(id, 'acme/call', { url: 'https://x' }, more)
  const within = { parentId: 'each' }

  test('has the URLs of the callbacks on the level of a node and around it', () => {
    const document = workflow(
      [
        start(),
        call('wait'),
        node('each', 'each', { items: ['a'] }),
        set('inside', {}, within),
        call('again', within),
        set('after', {}),
      ],
      ['start>wait', 'wait>each', 'inside>again', 'each>after'],
    )
    expect(runKeys(document, 'after')).toEqual(['wait'])
    expect(runKeys(document, 'inside')).toEqual(['wait', 'again'])
  })

  test('has none where no callback can be read', () => {
    const document = workflow(
      [start(), node('each', 'each', { items: ['a'] }), call('again', within), set('after', {})],
      ['start>each', 'each>after'],
    )
    expect(properties(scopeSchemaFor(document, { ...manifest, nodes }, 'after').run).callbackUrls).toBeUndefined()
  })
})
