import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import { applyOperations, type NodePolicy, type WorkflowDocument } from '../document/index.ts'
import type { Json, JsonObject } from '../json.ts'
import { node, workflow } from '../testing/index.ts'
import { validateWorkflow } from './index.ts'

const condition = node('check', 'if-else', { left: 1, operator: '==', right: 1 })
const fork = (branches: Json) => node('f', 'fork', { branches })

describe('paths that stop short are led to an end', () => {
  test('the one that there is', () => {
    const document = workflow([start, condition, end], ['start>check', 'check:true>end'])
    const issue = issueIn(document, 'PORT_UNCONNECTED')
    expect(issue.fix?.title).toBe('Connect to "end"')
    expect(fixed(document, issue).edges.map(({ id }) => id)).toContain('check:false>end:in')
    expect(validate(fixed(document, issue))).toEqual([])
  })

  test('a new one beside the node, where there are several', () => {
    const ends = [node('end', 'end'), node('other', 'end')]
    const document = workflow([start, condition, ...ends], ['start>check', 'check:true>end', 'check:true>other'])
    const issue = issueIn(document, 'PORT_UNCONNECTED')
    expect(issue.fix?.title).toBe('Add "End" as the next node')
    const next = fixed(document, issue)
    expect(next.nodes.at(-1)).toMatchObject({ id: 'end_2', type: 'end', typeVersion: 1, name: 'End' })
    expect(next.edges.at(-1)).toMatchObject({ source: 'check', sourceHandle: 'false', target: 'end_2' })
  })

  test('behind a dead end, by all of its ports', () => {
    const document = workflow([start, call('a'), condition, end], ['start>a', 'a>end', 'start>check'])
    const next = fixed(document, issueIn(document, 'DEAD_END'))
    expect(next.edges.map(({ id }) => id)).toEqual(expect.arrayContaining(['check:true>end:in', 'check:false>end:in']))
    expect(validate(next)).toEqual([])
  })

  test('where the only path of a workflow without an end stops', () => {
    const document = workflow([start, call('a')], ['start>a'])
    const next = fixed(document, issueIn(document, 'END_MISSING'))
    expect(next.nodes.at(-1)).toMatchObject({ id: 'end', type: 'end' })
    expect(validate(next)).toEqual([])
  })

  test.each<[string, WorkflowDocument]>([
    ['there are several paths', workflow([start, call('a'), call('b')], ['start>a', 'start>b'])],
    ['the path ends at a choice', workflow([start, condition], ['start>check'])],
    [
      'nothing is left',
      workflow(
        [
          start,
          fork([
            { id: 'a', title: '' },
            { id: 'a', title: '' },
          ]),
        ],
        ['start>f', 'f:a>f'],
      ),
    ],
  ])('unless %s', (_title, document) => {
    expect(issueIn(document, 'END_MISSING').fix).toBeUndefined()
  })

  test('unless no node type is an end', () => {
    const nodes = manifest.nodes.filter(({ control }) => control !== 'end')
    const issues = validateWorkflow(workflow([start, call('a')], ['start>a']), { nodes })
    expect(only(issues, 'END_MISSING')).toMatchObject([{ code: 'END_MISSING' }])
    expect(only(issues, 'END_MISSING')[0]?.fix).toBeUndefined()
    const open = workflow([start, condition, call('a')], ['start>check', 'check:true>a'])
    const [issue] = only(validateWorkflow(open, { nodes }), 'PORT_UNCONNECTED')
    expect([issue?.nodeId, issue?.fix]).toEqual(['check', undefined])
  })
})

describe('nodes that no trigger leads to', () => {
  const edgesAfter = (document: WorkflowDocument, nodeId: string) => {
    const issue = only(validate(document), 'NODE_UNREACHABLE').find((each) => each.nodeId === nodeId)
    const next = applyOperations(document, issue?.fix?.operations ?? [])
    return { title: issue?.fix?.title, next, added: next.edges.slice(document.edges.length).map(({ id }) => id) }
  }

  test('are connected to the only port that no edge leaves, by the first of them', () => {
    const document = workflow([start, call('a'), call('b'), call('c'), end], ['start>a', 'b>c', 'c>end'])
    for (const nodeId of ['b', 'c']) {
      const { title, next, added } = edgesAfter(document, nodeId)
      expect([title, added]).toEqual(['Connect "a" to "b"', ['a:success>b:in']])
      expect(only(validate(next), 'NODE_UNREACHABLE')).toEqual([])
    }
  })

  test('are connected to the trigger where every path ends, the limit of an approval that has none aside', () => {
    const approval = node('ask', 'approval')
    const document = workflow(
      [start, approval, call('b'), end],
      ['start>ask', 'ask:approve>end', 'ask:reject>end', 'b>end'],
    )
    expect(edgesAfter(document, 'b')).toMatchObject({ title: 'Connect "start" to "b"', added: ['start:success>b:in'] })
  })

  test.each<[string, WorkflowDocument]>([
    [
      'there are several triggers',
      workflow([start, node('other', 'start'), call('b'), end], ['start>end', 'other>end']),
    ],
    ['the trigger has no port', workflow([node('s', 'acme/mute'), call('b')], [])],
    ['they lead in a circle', workflow([start, call('b'), end], ['start>end', 'b>b'])],
    ['they take no edges', workflow([start, node('b', 'acme/closed'), end], ['start>end'])],
  ])('are removed where %s', (_title, document) => {
    const entryOf = (type: string) => manifest.nodes.find((entry) => entry.type === type)
    const nodes = [
      ...manifest.nodes,
      { ...entryOf('start'), type: 'acme/mute', ports: [] },
      { ...entryOf('set'), type: 'acme/closed', inputs: [] },
    ] as typeof manifest.nodes
    const [issue] = only(validateWorkflow(document, { nodes }), 'NODE_UNREACHABLE')
    expect(issue?.fix).toEqual({
      code: 'REMOVE',
      values: { name: 'b' },
      title: 'Remove "b"',
      operations: [{ op: 'remove_node', nodeId: 'b' }],
    })
  })
})

describe('a join with a single edge', () => {
  test('is removed, and its edge leads on', () => {
    const document = around(node('j', 'join', {}, { name: 'Meet' }))
    const issue = issueIn(document, 'JOIN_SINGLE')
    expect(issue.fix?.title).toBe('Remove "Meet"')
    const next = fixed(document, issue)
    expect(next.edges.map(({ id }) => id)).toEqual(['start:success>end:in'])
    expect(validate(next)).toEqual([])
  })

  test('adds no edge that is there already, and none from a node to itself', () => {
    const document = workflow([start, call('a'), node('j', 'join'), end], ['start>a', 'a>j', 'j>end', 'a>end', 'j>a'])
    const issue = issueIn(document, 'JOIN_SINGLE')
    expect(fixed(document, issue).edges.map(({ id }) => id)).toEqual(['start:success>a:in', 'a:success>end:in'])
  })

  test('is removed with the only edge, which comes from itself', () => {
    const document = workflow([start, node('j', 'join'), end], ['start>end', 'j>j', 'j>end'])
    expect(issueIn(document, 'JOIN_SINGLE').fix?.operations).toEqual([{ op: 'remove_node', nodeId: 'j' }])
  })

  test('adds an edge once for two ports that lead to the same input', () => {
    const join = node('j', 'join', {}, { policy: { onError: 'route' } })
    const document = workflow([start, join, end], ['start>j', 'j>end', 'j:error>end'])
    const next = fixed(document, issueIn(document, 'JOIN_SINGLE'))
    expect(next.edges.map(({ id }) => id)).toEqual(['start:success>end:in'])
  })
})

describe('lint rules', () => {
  const withFix = (value: string, title = 'Set to {value}') => {
    const rule = {
      code: 'LIMIT',
      severity: 'error',
      when: 'params.limit > 5',
      message: 'Too many',
      field: 'limit',
    } as const
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'set' ? { ...entry, params: true, lint: [{ ...rule, fix: { title, value } }] } : entry,
    )
    const document = around(node('a', 'set', { limit: 9, most: [1, 2] }))
    return only(validateWorkflow(document, { nodes }), 'LIMIT')[0]
  }

  test.each<[value: string, title: string, repaired: Json]>([
    ['length(params.most)', 'Set to 2', 2],
    ['params.missing ?? "none"', 'Set to none', 'none'],
  ])('write what %s gives', (value, title, repaired) => {
    const operations = [{ op: 'set_param', nodeId: 'a', path: ['limit'], value: repaired }]
    expect(withFix(value)?.fix).toMatchObject({ code: 'LIMIT', values: { value: String(repaired) }, title, operations })
  })

  test('offer nothing where their value cannot be computed', () => {
    expect(withFix('params.missing')).toMatchObject({ code: 'LIMIT' })
    expect(withFix('params.missing')).not.toHaveProperty('fix')
  })
})

describe('ports from params', () => {
  test.each<[code: string, id: string, repaired: string]>([
    ['PORT_NAME_INVALID', 'Not good!', 'not_good'],
    ['PORT_NAME_INVALID', '123', 'branch'],
    ['PORT_NAME_INVALID', 'A', 'a_2'],
    ['PORT_NAME_DUPLICATE', 'a', 'a_2'],
    ['PORT_NAME_DUPLICATE', 'error', 'error_2'],
  ])('%s: %j becomes %j', (code, id, repaired) => {
    const branches = [
      { id: 'a', title: 'A' },
      { id, title: 'Later' },
    ]
    const document = workflow([start, fork(branches), end], ['start>f', 'f:a>end'])
    const next = fixed(document, issueIn(document, code))
    expect(next.nodes[1]?.params.branches).toEqual([branches[0], { id: repaired, title: 'Later' }])
  })

  test('PORT_TITLE_INVALID: hidden characters of a title are replaced', () => {
    const branches = [
      { id: 'a', title: 'Pay\u202E now' },
      { id: 'b', title: 'B' },
    ]
    const document = workflow([start, fork(branches), end], ['start>f', 'f:a>end', 'f:b>end'])
    const issue = issueIn(document, 'PORT_TITLE_INVALID')
    expect(issue).toMatchObject({
      severity: 'error',
      path: ['params', 'branches', 0, 'title'],
      message: 'f: the name "Pay now" has line breaks or characters that are not visible',
      fix: { title: 'Rename to "Pay now"' },
    })
    expect(fixed(document, issue).nodes[1]?.params.branches).toEqual([{ id: 'a', title: 'Pay now' }, branches[1]])
  })

  test('FORK_SINGLE: a branch is added', () => {
    const document = workflow([start, fork([{ id: 'branch', title: 'A' }]), end], ['start>f', 'f:branch>end'])
    const next = fixed(document, issueIn(document, 'FORK_SINGLE'))
    expect(next.nodes[1]?.params.branches).toEqual([
      { id: 'branch', title: 'A' },
      { id: 'branch_2', title: 'Branch 2' },
    ])
  })

  test('a fork whose ports are fixed, or deep in the params, gets no branch', () => {
    const issueWith = (ports: Json, params: JsonObject) => {
      const nodes = manifest.nodes.map((entry) => (entry.type === 'fork' ? { ...entry, ports: ports as never } : entry))
      const document = workflow([start, node('f', 'fork', params), end], ['start>f', 'f:a>end'])
      return only(validateWorkflow(document, { nodes }), 'FORK_SINGLE')[0]
    }
    const fixedPort = issueWith([{ name: 'a', title: 'A' }], {})
    expect([fixedPort?.code, fixedPort?.fix]).toEqual(['FORK_SINGLE', undefined])
    const deep = issueWith([{ each: 'params.x.y', id: 'id', title: 'title' }], { x: { y: [{ id: 'a' }] } })
    expect([deep?.code, deep?.fix]).toEqual(['FORK_SINGLE', undefined])
  })
})

describe('policies', () => {
  const withPolicy = (policy: NodePolicy) => around({ ...call('a'), policy })
  const policyAfter = (policy: NodePolicy, code = 'POLICY_INVALID') => {
    const document = withPolicy(policy)
    return fixed(document, issueIn(document, code)).nodes[1]?.policy
  }

  test.each<[NodePolicy, NodePolicy | undefined]>([
    [{ timeout: '0s' }, undefined],
    [{ heartbeat: '0s' }, undefined],
    [{ timeout: '1s', heartbeat: '2s' }, { timeout: '1s' }],
    [{ timeout: '2m', totalTimeout: '1m' }, { totalTimeout: '1m' }],
    [
      { timeout: '90s', totalTimeout: '10s' },
      { timeout: '10s', totalTimeout: '10s' },
    ],
    [{ skipIf: '1 == 2' }, { skipIf: '{{ 1 == 2 }}' }],
    [{ retryIf: 'error.code == "X"' }, { retryIf: '{{ error.code == "X" }}' }],
    [{ taskQueue: 'not good' }, undefined],
    [
      { retry: { maximumAttempts: 1_000, initialInterval: '2s' } },
      { retry: { maximumAttempts: 100, initialInterval: '2s' } },
    ],
    [{ retry: { maximumAttempts: 0 } }, { retry: { maximumAttempts: 1 } }],
    [{ retry: { backoffCoefficient: 0.5 } }, { retry: { backoffCoefficient: 1 } }],
    [{ retry: { initialInterval: '1ms' } }, { retry: { initialInterval: '100ms' } }],
    [{ retry: { maximumInterval: '500ms' } }, { retry: { maximumInterval: '1s' } }],
    [
      { retry: { initialInterval: '5s', maximumInterval: '1s' } },
      { retry: { initialInterval: '5s', maximumInterval: '5s' } },
    ],
  ])('%j becomes %j', (policy, repaired) => {
    expect(policyAfter(policy) ?? {}).toEqual(repaired ?? {})
  })

  test('a condition that is no expression in braces either has no repair', () => {
    const issue = issueIn(withPolicy({ skipIf: 'not ready yet' }), 'POLICY_INVALID')
    expect(issue).toMatchObject({ severity: 'warning', field: 'policy.skipIf' })
    expect(issue.message).toContain('is plain text, so the node is never skipped; write it as {{ … }}')
    expect(issue.fix).toBeUndefined()
  })

  test('waits that add up to months have no single repair', () => {
    const retry = { initialInterval: '10d', maximumInterval: '20d', maximumAttempts: 100 } as const
    expect(issueIn(withPolicy({ retry }), 'POLICY_INVALID').fix).toBeUndefined()
  })

  test('what the type sets is not for the node to unset', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'acme/call' ? { ...entry, policy: { timeout: '0s' as const } } : entry,
    )
    const [issue] = only(validateWorkflow(around(call('a')), { nodes }), 'POLICY_INVALID')
    expect([issue?.message, issue?.fix]).toEqual(['a: a timeout of 0 leaves no time', undefined])
  })

  test('a shared key is removed from the later node, a run timeout of 0 from the settings', () => {
    const policy = { idempotency: '{{ run.id }}' }
    const shared = around({ ...call('a'), policy }, { ...call('b'), policy })
    expect(fixed(shared, issueIn(shared, 'IDEMPOTENCY_SHARED')).nodes[2]?.policy ?? {}).toEqual({})
    const limited = { ...around(call('a')), settings: { timeout: '0s' as const } }
    expect(fixed(limited, issueIn(limited, 'POLICY_INVALID')).settings).toEqual({})
  })
})

describe('params', () => {
  const fixOf = (params: JsonObject, type = 'acme/call') => {
    const document = around(node('a', type, params))
    const [issue] = only(validate(document), 'PARAM_INVALID')
    if (issue?.fix === undefined) return null
    return applyOperations(document, issue.fix.operations).nodes[1]?.params
  }
  const lines = (count: Json) => ({ url: 'https://x', lines: [{ sku: 'A', count }] })

  test.each<[string, JsonObject, JsonObject]>([
    ['a number below the least', lines(0), lines(1)],
    ['a number typed as text', lines('3'), lines(3)],
    ['a choice that is spelled wrong', { url: 'https://x', method: 'PSOT' }, { url: 'https://x', method: 'POST' }],
  ])('%s is repaired', (_title, params, repaired) => {
    expect(fixOf(params)).toEqual(repaired)
  })

  test.each<[string, JsonObject]>([
    ['a text that is no number', lines('three')],
    ['a fraction where a whole number is needed', lines('3.5')],
    ['a text with more digits than a number keeps', lines('12345678901234567890')],
    ['a list in place of a number', lines([])],
    ['a choice that is like none', { url: 'https://x', method: 'TRACE-ALL-OF-IT' }],
    ['a choice that is no text', { url: 'https://x', method: 7 }],
    ['a text of the wrong pattern', { url: 'https://x', lines: [{ sku: 'a', count: 1 }] }],
  ])('%s is for people to repair', (_title, params) => {
    expect(fixOf(params)).toBeNull()
  })

  test('a number that has a fraction is read where the schema allows one', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'set'
        ? { ...entry, params: { type: 'object', properties: { n: { type: 'number', maximum: 5 } } } as JsonObject }
        : entry,
    )
    const valueAfter = (n: Json) => {
      const [issue] = only(validateWorkflow(around(node('a', 'set', { n })), { nodes }), 'PARAM_INVALID')
      return issue?.fix?.operations
    }
    expect(valueAfter('2.5')).toEqual([{ op: 'set_param', nodeId: 'a', path: ['n'], value: 2.5 }])
    expect(valueAfter(9)).toEqual([{ op: 'set_param', nodeId: 'a', path: ['n'], value: 5 }])
  })

  test('a field that the schema does not allow is removed, an item of a list is not', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { o: { type: 'object', additionalProperties: false }, list: { prefixItems: [true], items: false } },
    }
    const nodes = manifest.nodes.map((entry) => (entry.type === 'set' ? { ...entry, params: schema } : entry))
    const fixesOf = (params: JsonObject) =>
      only(validateWorkflow(around(node('a', 'set', params)), { nodes }), 'PARAM_INVALID').map(({ fix }) => fix)
    expect(fixesOf({ o: { color: 'red' } })).toEqual([
      {
        code: 'REMOVE',
        values: { name: 'o › color' },
        title: 'Remove "o › color"',
        operations: [{ op: 'unset_param', nodeId: 'a', path: ['o', 'color'] }],
      },
    ])
    expect(fixesOf({ list: [1, 2] })).toEqual([undefined])
  })

  test('a default that does not fit is not for the workflow to repair', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'set'
        ? {
            ...entry,
            params: { type: 'object', properties: { n: { type: 'number', default: 9, maximum: 5 } } } as JsonObject,
          }
        : entry,
    )
    const [issue] = only(validateWorkflow(around(set('a')), { nodes }), 'PARAM_INVALID')
    expect([issue?.field, issue?.fix]).toEqual(['params.n', undefined])
  })
})
