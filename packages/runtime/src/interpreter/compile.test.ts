import type { JsonObject, NodePolicy, WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import { edge, node, withPolicy, workflow } from '@tenon/core/testing'
import { checkWorkflowInSlices } from '@tenon/core/validate'
import { describe, expect, test } from 'vitest'
import { compile } from './compile.ts'
import type { CompileIssue } from './compile-issues.ts'
import { nodesWithin } from './plan.ts'
import { TEST_MANIFEST } from './testing/manifest.ts'
import { planOf } from './testing/plan-of.ts'

const DEFAULT_RETRY = {
  initialIntervalMs: 1_000,
  backoffCoefficient: 2,
  maximumIntervalMs: 100_000,
  maximumAttempts: 3,
  nonRetryableErrorTypes: [],
}

function issuesOf(document: WorkflowDocument, manifest: NodeManifest = TEST_MANIFEST): readonly CompileIssue[] {
  try {
    compile(document, manifest)
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== 'WORKFLOW_INVALID') throw error
    return error.details?.issues as readonly CompileIssue[]
  }
  return []
}

function policyOf(own: NodePolicy, ofType?: NodePolicy, type = 'probe') {
  const manifest: NodeManifest = {
    hash: 'x',
    nodes: TEST_MANIFEST.nodes.map(({ policy, ...entry }) =>
      entry.type === type && ofType !== undefined ? { ...entry, policy: ofType } : entry,
    ),
  }
  const [compiled] = compile(workflow([withPolicy(node('a', type), own)]), manifest).nodes
  if (compiled === undefined) throw new RangeError('no node')
  return compiled
}

describe('compile', () => {
  test('keeps the order of keys that an author has arranged, and adds none', () => {
    const keyOrders = [{ '/headers': ['b', 'a'] }, {}, undefined]
    const nodes = keyOrders.map((keyOrder, index) =>
      node(`n${index}`, 'probe', { headers: { a: '1', b: '2' } }, keyOrder === undefined ? {} : { keyOrder }),
    )
    const plan = compile(workflow(nodes), TEST_MANIFEST)
    expect(plan.nodes.map(({ keyOrder }) => keyOrder)).toEqual([{ '/headers': ['b', 'a'] }, undefined, undefined])
    expect(plan.nodes[1]).not.toHaveProperty('keyOrder')
  })

  test('gives a plan in plain JSON, by index and in document order', () => {
    const document = workflow(
      [node('end', 'end'), node('start', 'start'), node('call', 'probe', { url: '{{input.url}}' })],
      ['start>call', 'call>end', 'call:error>end'],
      { variables: [{ name: 'limit', value: 3 }], settings: { timeout: '2h', durability: 'strict' } },
    )
    const plan = compile(document, TEST_MANIFEST)
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
    expect(plan).toMatchObject({
      planVersion: 1,
      timeoutMs: 7_200_000,
      durability: 'strict',
      variables: { limit: 3 },
      edges: [
        { id: 'start:success>call:in', source: 0, sourceHandle: 'success', target: 1, targetHandle: 'in' },
        { id: 'call:error>end:in', source: 1, sourceHandle: 'error', target: 2 },
        { id: 'call:success>end:in', source: 1, sourceHandle: 'success', target: 2 },
      ],
    })
    expect(plan.nodes.map(({ id, incoming, outgoing }) => ({ id, incoming, outgoing }))).toEqual([
      { id: 'start', incoming: [], outgoing: [0] },
      { id: 'call', incoming: [0], outgoing: [1, 2] },
      { id: 'end', incoming: [1, 2], outgoing: [] },
    ])
    expect(plan.nodes[1]).toEqual({
      id: 'call',
      type: 'probe',
      typeVersion: 1,
      name: 'call',
      params: { url: '{{input.url}}' },
      control: null,
      mode: 'dispatch',
      effect: 'write',
      ports: ['success'],
      disabled: false,
      skipIf: null,
      join: 'all',
      onError: 'fail',
      hasErrorEdge: true,
      retry: { ...DEFAULT_RETRY, maximumAttempts: 5 },
      timeoutMs: 10_000,
      heartbeatMs: null,
      taskQueue: null,
      idempotency: null,
      incoming: [0],
      outgoing: [1, 2],
    })
  })

  test('keeps what decides when runs start, with durations in milliseconds', () => {
    const settings = {
      concurrency: { limit: 2 },
      rate: { limit: 3, interval: '1m', key: '{{ input.a }}' },
      dedupe: { key: '{{ input.b }}', window: '1h' },
      debounce: { delay: '1s', maxWait: '2s', key: '{{ input.c }}' },
      priority: 'low',
    } as const
    const planWith = (more: WorkflowDocument['settings']) =>
      compile(workflow([node('start', 'start')], [], { settings: more }), TEST_MANIFEST)
    expect(planWith(settings)).toMatchObject({
      concurrency: { limit: 2 },
      rate: { limit: 3, intervalMs: 60_000, key: '{{ input.a }}' },
      dedupe: { key: '{{ input.b }}', windowMs: 3_600_000 },
      debounce: { delayMs: 1_000, maxWaitMs: 2_000, key: '{{ input.c }}' },
      priority: 'low',
    })
    const batching = { maxSize: 5, maxWait: '1m', key: '{{ input.c }}' } as const
    expect(planWith({ batching }).batching).toEqual({ maxSize: 5, maxWaitMs: 60_000, key: '{{ input.c }}' })
    expect(planWith({ batching: { maxSize: 5, maxWait: '1m' } }).batching).toEqual({ maxSize: 5, maxWaitMs: 60_000 })
    const plain = planWith({ rate: { limit: 3, interval: '1m' }, debounce: { delay: '1s' } })
    expect([plain.rate, plain.debounce]).toEqual([{ limit: 3, intervalMs: 60_000 }, { delayMs: 1_000 }])
  })

  test('without settings takes no timeout and normal durability', () => {
    expect(planOf(['start'], [])).toMatchObject({ timeoutMs: null, durability: 'normal', variables: {} })
  })

  test('keeps the kind of a trigger that starts runs by itself', () => {
    const nodes = [node('hook', 'hook'), node('start', 'start')]
    const [start] = TEST_MANIFEST.nodes.filter(({ type }) => type === 'start')
    if (start === undefined) throw new RangeError('The manifest has no start node')
    const hook = { ...start, type: 'hook', trigger: 'webhook' as const }
    const plan = compile(workflow(nodes, []), { ...TEST_MANIFEST, nodes: [...TEST_MANIFEST.nodes, hook] })
    expect(plan.nodes.map(({ trigger }) => trigger)).toEqual(['webhook', undefined])
  })

  test('knows control nodes and what runs inline', () => {
    const { nodes } = planOf(['start', 'split:fork', 'ask:approval', 'calc:set', 'call:probe'], [])
    expect(nodes.map(({ control, mode }) => [control, mode])).toEqual([
      ['trigger', 'inline'],
      ['fork', 'inline'],
      ['approval', 'inline'],
      [null, 'inline'],
      [null, 'dispatch'],
    ])
  })

  test('takes ports from params, and params from the defaults of the type', () => {
    const { nodes } = planOf(['split:fork', 'route:switch'], [])
    expect(nodes[0]).toMatchObject({ ports: ['a', 'b'], params: { branches: [{ id: 'a' }, { id: 'b' }] } })
    expect(nodes[1]).toMatchObject({ ports: ['x', 'y', 'default'] })
  })

  test('lists no error port, even where the policy routes to it', () => {
    const { nodes } = planOf([['call:probe', { onError: 'route' }]], [])
    expect(nodes[0]).toMatchObject({ ports: ['success'], hasErrorEdge: false })
  })

  test('is the same with the survey of a validation, of a document that it has copied', async () => {
    const document = workflow(
      [node('b', 'end'), node('start', 'start'), node('a', 'probe', { url: '{{input.url}}' })],
      ['start>a', 'a>b'],
      { variables: [{ name: 'limit', value: 3 }], settings: { timeout: '2h' } },
    )
    const { issues, survey } = await checkWorkflowInSlices(document, TEST_MANIFEST, { pause: async () => {} })
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([])
    if (survey === null) throw new RangeError('no survey')
    expect(compile(document, TEST_MANIFEST, survey)).toEqual(compile(document, TEST_MANIFEST))
  })

  test('keeps disabled nodes, skipIf, queue, heartbeat and key', () => {
    const policy: NodePolicy = { skipIf: '{{true}}', taskQueue: 'gpu', heartbeat: '5s', idempotency: '{{input.id}}' }
    expect(planOf([['call:probe', policy, { disabled: true }]], []).nodes[0]).toMatchObject({
      disabled: true,
      skipIf: '{{true}}',
      taskQueue: 'gpu',
      heartbeatMs: 5_000,
      idempotency: '{{input.id}}',
    })
  })

  test('keeps the condition to try again and the total time, of nodes that have attempts only', () => {
    const policy: NodePolicy = { retryIf: '{{ error.attempt < 2 }}', totalTimeout: '5m' }
    const nodesOf = (type: string) => planOf([[`a:${type}`, policy]], []).nodes
    expect(nodesOf('probe')[0]).toMatchObject({ retryIf: '{{ error.attempt < 2 }}', totalTimeoutMs: 300_000 })
    for (const field of ['retryIf', 'totalTimeoutMs']) expect(nodesOf('set')[0]).not.toHaveProperty(field)
    const [partly] = planOf([['a:probe', { totalTimeout: '5m' }]], []).nodes
    expect(partly).not.toHaveProperty('retryIf')
    expect(planOf([['a:probe', { retryIf: 'x' }]], []).nodes[0]).not.toHaveProperty('totalTimeoutMs')
  })

  test('takes an edge that is listed twice once', () => {
    const document = workflow([node('start', 'start'), node('end', 'end')], ['start>end', edge('start>end')])
    expect(compile(document, TEST_MANIFEST).edges).toHaveLength(1)
  })
})

describe('the plan hash', () => {
  const nodes = [node('start', 'start'), node('a', 'set'), node('b', 'set')]

  test('is that of what runs: positions of cards and the order in which edges were drawn do not count', () => {
    const plan = compile(workflow(nodes, ['start>a', 'start>b', 'a>b']), TEST_MANIFEST)
    const moved = nodes.map((each) => ({ ...each, position: { x: 9, y: 9 }, notes: 'moved' }))
    const other = compile(workflow(moved, ['a>b', 'start>b', 'start>a']), TEST_MANIFEST)
    expect(other).toEqual(plan)
    expect(plan.planHash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('changes with a param, with an edge and with the node type', () => {
    const hashOf = (document: WorkflowDocument, manifest = TEST_MANIFEST) => compile(document, manifest).planHash
    const manifest: NodeManifest = {
      hash: 'other',
      nodes: TEST_MANIFEST.nodes.map((entry) => (entry.type === 'set' ? { ...entry, inline: false } : entry)),
    }
    const hashes = [
      hashOf(workflow(nodes, ['start>a'])),
      hashOf(workflow([node('start', 'start', { x: 1 }), node('a', 'set'), node('b', 'set')], ['start>a'])),
      hashOf(workflow(nodes, ['start>b'])),
      hashOf(workflow(nodes, ['start>a']), manifest),
    ]
    expect(new Set(hashes).size).toBe(4)
  })
})

describe('the policy of a node', () => {
  test('has the defaults that neither the node nor its type overrides', () => {
    expect(policyOf({}, {})).toMatchObject({
      retry: DEFAULT_RETRY,
      timeoutMs: 30_000,
      heartbeatMs: null,
      onError: 'fail',
      join: 'all',
    })
  })

  test('has no timeout where the node runs inline', () => {
    expect(policyOf({ timeout: '5s' }, undefined, 'set').timeoutMs).toBeNull()
  })

  test('takes each field from the node, else from its type, retry field by field too', () => {
    const ofType: NodePolicy = {
      retry: { maximumAttempts: 7, initialInterval: '2s', nonRetryableErrorTypes: ['HTTP_STATUS'] },
      timeout: '1m',
      onError: 'route',
      taskQueue: 'slow',
    }
    expect(policyOf({ retry: { maximumAttempts: 1 }, onError: 'continue' }, ofType)).toMatchObject({
      retry: {
        initialIntervalMs: 2_000,
        backoffCoefficient: 2,
        maximumIntervalMs: 200_000,
        maximumAttempts: 1,
        nonRetryableErrorTypes: ['HTTP_STATUS'],
      },
      timeoutMs: 60_000,
      onError: 'continue',
      taskQueue: 'slow',
    })
  })

  test('has a longest interval of 100 times the first, or its own, never below the first', () => {
    expect(policyOf({ retry: { initialInterval: '200ms' } }).retry.maximumIntervalMs).toBe(20_000)
    const hasty = { initialInterval: '0ms', maximumInterval: '0ms', maximumAttempts: 1_000_000 } as const
    expect(policyOf({ retry: hasty }).retry).toMatchObject({
      initialIntervalMs: 100,
      maximumIntervalMs: 100,
      maximumAttempts: 100,
    })
    expect(policyOf({ retry: { maximumInterval: '3s' } }).retry.maximumIntervalMs).toBe(3_000)
    expect(policyOf({ retry: { initialInterval: '5s', maximumInterval: '1s' } }).retry.maximumIntervalMs).toBe(5_000)
  })

  test('keeps every join mode', () => {
    for (const join of ['all', 'any', 'first-success', { count: 2 }] as const) {
      expect(policyOf({ join }).join).toEqual(join)
    }
  })

  test.each<[policy: NodePolicy, path: string, code: string]>([
    [{ compensation: 'undo' }, 'compensation', 'COMPENSATION_UNKNOWN'],
    [{ timeout: 'soon' as '1s' }, 'timeout', 'POLICY_INVALID'],
    [{ heartbeat: '1 s' as '1s' }, 'heartbeat', 'POLICY_INVALID'],
    [{ join: { count: 0 } }, 'join', 'POLICY_INVALID'],
    [{ join: { count: 1.5 } }, 'join', 'POLICY_INVALID'],
    [{ retry: { maximumAttempts: 0 } }, 'retry.maximumAttempts', 'POLICY_INVALID'],
    [{ retry: { maximumAttempts: 2.5 } }, 'retry.maximumAttempts', 'POLICY_INVALID'],
    [{ retry: { backoffCoefficient: 0.5 } }, 'retry.backoffCoefficient', 'POLICY_INVALID'],
    [{ retry: { backoffCoefficient: Number.NaN } }, 'retry.backoffCoefficient', 'POLICY_INVALID'],
    [{ retry: { initialInterval: 'x' as '1s' } }, 'retry.initialInterval', 'POLICY_INVALID'],
    [{ retry: { maximumInterval: 'x' as '1s' } }, 'retry.maximumInterval', 'POLICY_INVALID'],
  ])('%j is refused', (policy, path, code) => {
    expect(issuesOf(workflow([withPolicy(node('a', 'probe'), policy)]))).toMatchObject([
      { path: ['nodes', 'a', 'policy', ...path.split('.')], code },
    ])
  })
})

describe('a document with loops', () => {
  const document = workflow(
    [
      node('start', 'start'),
      node('outer', 'loop'),
      node('b', 'set', {}, { parentId: 'outer' }),
      node('a', 'probe', {}, { parentId: 'outer' }),
      node('inner', 'loop', {}, { parentId: 'outer' }),
      node('c', 'set', {}, { parentId: 'inner' }),
      node('end', 'end'),
    ],
    ['start>outer', 'outer>end', 'a>b', 'b>inner'],
  )

  test('has a level for each loop, with indexes of its own', () => {
    const plan = compile(document, TEST_MANIFEST)
    expect(plan.nodes.map(({ id }) => id)).toEqual(['start', 'outer', 'end'])
    const children = plan.nodes[1]?.children
    expect(children?.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'inner'])
    expect(children?.edges).toMatchObject([
      { id: 'a:success>b:in', source: 0, target: 1 },
      { id: 'b:success>inner:in', source: 1, target: 2 },
    ])
    expect(children?.nodes[2]?.children).toMatchObject({ nodes: [{ id: 'c', incoming: [], outgoing: [] }], edges: [] })
    expect(nodesWithin(plan).map(({ id }) => id)).toEqual(['start', 'outer', 'a', 'b', 'inner', 'c', 'end'])
  })

  test('is another plan than one with the same nodes outside of loops', () => {
    const flat = workflow(
      document.nodes.map(({ parentId: _, ...each }) => (each.type === 'loop' ? { ...each, type: 'set' } : each)),
      document.edges,
    )
    expect(compile(document, TEST_MANIFEST).planHash).not.toBe(compile(flat, TEST_MANIFEST).planHash)
  })
})

describe('a document that cannot run', () => {
  test('is refused with all that is wrong at once', () => {
    const document = workflow(
      [node('a', 'ghost'), node('b', 'set', {}, { typeVersion: 9 }), node('c', 'set', {}, { parentId: 'a' })],
      ['c>nowhere'],
    )
    expect(issuesOf(document).map(({ path, code }) => [path.join('.'), code])).toEqual([
      ['nodes.a.type', 'NODE_TYPE_UNKNOWN'],
      ['nodes.b.type', 'NODE_TYPE_UNKNOWN'],
      ['nodes.c.parentId', 'PARENT_NOT_CONTAINER'],
      ['edges.0', 'EDGE_DANGLING'],
    ])
    expect(() => compile(document, TEST_MANIFEST)).toThrow('The workflow cannot run: "a" is of the unknown type')
  })

  test.each<[title: string, document: WorkflowDocument, code: string]>([
    ['a cycle', workflow([node('a', 'set'), node('b', 'set')], ['a>b', 'b>a']), 'WORKFLOW_CYCLE'],
    ['a node that follows itself', workflow([node('a', 'set')], ['a>a']), 'WORKFLOW_CYCLE'],
    ['two nodes of one id', workflow([node('a', 'set'), node('a', 'set')]), 'NODE_ID_DUPLICATE'],
    ['an edge from nowhere', workflow([node('a', 'set')], ['x>a']), 'EDGE_DANGLING'],
    ['an unknown port', workflow([node('a', 'set'), node('b', 'set')], ['a:left>b']), 'PORT_UNKNOWN'],
    ['an edge into a trigger', workflow([node('a', 'set'), node('s', 'start')], ['a>s']), 'TRIGGER_HAS_EDGE'],
    ['a loop without nodes', workflow([node('a', 'loop')]), 'CONTAINER_EMPTY'],
    [
      'a trigger in a loop',
      workflow([node('a', 'loop'), node('s', 'start', {}, { parentId: 'a' })]),
      'NODE_NOT_IN_CONTAINER',
    ],
    [
      'an end in a loop',
      workflow([node('a', 'loop'), node('e', 'end', {}, { parentId: 'a' })]),
      'NODE_NOT_IN_CONTAINER',
    ],
    [
      'an edge out of a loop',
      workflow([node('a', 'loop'), node('b', 'set', {}, { parentId: 'a' }), node('c', 'set')], ['b>c']),
      'EDGE_ACROSS_PARENTS',
    ],
    ['a timeout that is none', workflow([], [], { settings: { timeout: 'x' as '1s' } }), 'SETTING_INVALID'],
    [
      'a concurrency key that reads a node',
      workflow([], [], { settings: { concurrency: { limit: 1, key: '{{ nodes.a.output }}' } } }),
      'SETTING_INVALID',
    ],
    [
      'a rate of an interval that is too short',
      workflow([], [], { settings: { rate: { limit: 1, interval: '1ms' } } }),
      'SETTING_INVALID',
    ],
    [
      'a rate whose interval is none',
      workflow([], [], { settings: { rate: { limit: 1, interval: 'x' as '1s' } } }),
      'SETTING_INVALID',
    ],
    [
      'an edge at a node that undoes another one',
      workflow(
        [node('start', 'start'), node('a', 'probe', {}, { policy: { compensation: 'undo' } }), node('undo', 'probe')],
        ['start>a', 'a>undo'],
      ),
      'COMPENSATION_HAS_EDGES',
    ],
  ])('is one with %s', (_, document, code) => {
    expect(issuesOf(document).map((issue) => issue.code)).toContain(code)
  })

  test('names the nodes of a cycle', () => {
    const document = workflow([node('a', 'set'), node('b', 'set'), node('c', 'set')], ['a>b', 'b>c', 'c>b'])
    expect(issuesOf(document)).toMatchObject([{ path: ['nodes', 'b'], message: 'These nodes form a cycle: b, c' }])
  })
})

test('a plan has the error handler of the workflow, and leaves out what is off', () => {
  const settingsOf = (more: object) => ({ settings: { errorHandler: { workflow: 'w', ...more } } })
  const handlerOf = (more: object) =>
    compile(workflow([node('a', 'set')], [], settingsOf(more)), TEST_MANIFEST).errorHandler
  expect(handlerOf({})).toEqual({ workflowId: 'w' })
  expect(handlerOf({ onTimeout: false, onCancel: false })).toEqual({ workflowId: 'w' })
  expect(handlerOf({ onTimeout: true, onCancel: true })).toEqual({ workflowId: 'w', onTimeout: true, onCancel: true })
  expect(planOf(['a:set'], [])).not.toHaveProperty('errorHandler')
})

describe('tools', () => {
  const properties = { account: { control: 'connection', literal: true }, key: { secret: true } }
  const [probe] = TEST_MANIFEST.nodes.filter(({ type }) => type === 'probe')
  const mail = { ...probe, type: 'mail', params: { properties }, tool: { name: 'mail', description: 'Sends' } }
  const note = { ...mail, type: 'note', params: {} }
  const caller = { ...probe, type: 'caller', callsFrom: 'tools', calls: [{ type: 'probe', version: 1 }] }
  const manifest = { ...TEST_MANIFEST, nodes: [...TEST_MANIFEST.nodes, mail, note, caller] } as NodeManifest
  const tool = (params: JsonObject, nodeType = 'mail') => ({ nodeType, typeVersion: 1, params })
  const compiled = (...tools: readonly JsonObject[]) => compile(workflow([node('a', 'caller', { tools })]), manifest)

  test('are node types that a plan may call, with the connections of their author', () => {
    const tools = [tool({ account: 'b' }), tool({ account: 'a' }), tool({ account: 'a' }), tool({ account: '' })]
    const plan = compiled(...tools)
    expect(plan.nodes[0]).toMatchObject({ calls: ['mail@1', 'probe@1'], toolConnections: { 'mail@1': ['a', 'b'] } })
    expect(plan.callable?.['mail@1']).toMatchObject({ connectionParam: 'account', secretParams: ['key'] })
    expect(compiled(tool({}), tool({}, 'note')).nodes[0]).not.toHaveProperty('toolConnections')
    expect(compiled().nodes[0]?.calls).toEqual(['probe@1'])
  })

  test('are refused if their types are unknown or cannot be tools', () => {
    const tools = [tool({}, 'none'), tool({ x: 1 }, 'probe'), tool({})]
    expect(issuesOf(workflow([node('a', 'caller', { tools })]), manifest)).toMatchObject([
      { code: 'TOOL_TYPE_UNKNOWN', path: ['nodes', 'a', 'params', 'tools', 0, 'nodeType'] },
      { code: 'TOOL_TYPE_INVALID', path: ['nodes', 'a', 'params', 'tools', 1, 'nodeType'] },
    ])
  })
})
