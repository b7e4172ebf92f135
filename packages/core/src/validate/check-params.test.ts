import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import type { WorkflowNode } from '../document/index.ts'
import type { JsonObject } from '../json.ts'
import { edge, node, withPolicy, workflow } from '../testing/index.ts'
import { validateWorkflow } from './index.ts'

describe('policies', () => {
  const policy = (of: WorkflowNode['policy'] & object, type: WorkflowNode = call('a')) => around(withPolicy(type, of))

  test.each<[NonNullable<WorkflowNode['policy']>, string, string]>([
    [{ retry: { maximumAttempts: 0 } }, 'policy.retry.maximumAttempts', 'error'],
    [{ retry: { backoffCoefficient: 0.5 } }, 'policy.retry.backoffCoefficient', 'error'],
    [{ retry: { initialInterval: '2s', maximumInterval: '1s' } }, 'policy.retry.maximumInterval', 'error'],
    [{ retry: { initialInterval: '0ms' } }, 'policy.retry.initialInterval', 'error'],
    [{ retry: { maximumAttempts: 1_000_000 } }, 'policy.retry.maximumAttempts', 'error'],
    [{ taskQueue: 'a b' }, 'policy.taskQueue', 'error'],
    [{ taskQueue: '../other' }, 'policy.taskQueue', 'error'],
    [{ taskQueue: 'q'.repeat(101) }, 'policy.taskQueue', 'error'],
    [{ timeout: '0s' }, 'policy.timeout', 'error'],
    [{ heartbeat: '0s' }, 'policy.heartbeat', 'error'],
    [{ timeout: '1s', heartbeat: '2s' }, 'policy.heartbeat', 'warning'],
    [{ totalTimeout: '0s' }, 'policy.totalTimeout', 'error'],
    [{ timeout: '2m', totalTimeout: '1m' }, 'policy.timeout', 'warning'],
    [{ retry: { maximumAttempts: 1 }, retryIf: '{{ true }}' }, 'policy.retryIf', 'warning'],
  ])('POLICY_INVALID for %j at %s', (of, field, severity) => {
    expect(issueIn(policy(of), 'POLICY_INVALID')).toMatchObject({ nodeId: 'a', field, severity })
  })

  test('sound policies pass', () => {
    const of = {
      retry: { initialInterval: '1s', maximumInterval: '1s', maximumAttempts: 1, backoffCoefficient: 1 },
      timeout: '2s',
      totalTimeout: '1m',
      heartbeat: '1s',
      taskQueue: 'gpu-1.eu_west',
    } as const
    expect(validate(policy(of))).toEqual([])
  })

  test('POLICY_INVALID for a run timeout of 0', () => {
    expect(issueIn({ ...around(), settings: { timeout: '0h' } }, 'POLICY_INVALID')).toMatchObject({
      field: 'settings.timeout',
      message: 'Settings of the workflow: a run timeout of 0 leaves no time',
      values: { setting: 'runTimeout', fault: 'a run timeout of 0 leaves no time' },
    })
  })

  test('a parked node has an error port, which may remain unconnected', () => {
    const document = policy({ onError: 'park' })
    expect(validate(document)).toEqual([])
    expect(validate({ ...document, edges: [...document.edges, edge('a:error>end')] })).toEqual([])
  })

  test('ERROR_PORT_UNCONNECTED warns unless an edge leaves the error port', () => {
    const document = policy({ onError: 'route' })
    const issue = issueIn(document, 'ERROR_PORT_UNCONNECTED')
    expect(issue.severity).toBe('warning')
    fixed(document, issue)
    expect(validate({ ...document, edges: [...document.edges, edge('a:error>end')] })).toEqual([])
    expect(validate(policy({ onError: 'route' }, call('a', {}, { disabled: true })))).toEqual([])
  })

  test('IDEMPOTENCY_SHARED warns of two nodes of one type with one key', () => {
    const policy = { idempotency: '{{ input.id }}' }
    const shared = around(set('a', {}, { policy }), call('b', {}, { policy }), call('c', {}, { policy }))
    expect(issueIn(shared, 'IDEMPOTENCY_SHARED')).toMatchObject({
      severity: 'warning',
      nodeId: 'c',
      field: 'policy.idempotency',
      message: 'c has the same idempotency key as b, so only one of the two may take effect',
    })
    const off = around(call('b', {}, { policy, disabled: true }), call('c', {}, { policy }))
    expect(only(validate(off), 'IDEMPOTENCY_SHARED')).toEqual([])
  })

  describe('JOIN_IMPOSSIBLE', () => {
    const joined = (count: number, nodes: WorkflowNode[], edges: string[]) =>
      workflow([start, ...nodes, withPolicy(node('join', 'join'), { join: { count } }), end], [...edges, 'join>end'])
    const condition = node('if', 'if-else', { left: 1, operator: '==' })

    test('for more branches than there are edges', () => {
      const document = joined(3, [node('fork', 'fork')], ['start>fork', 'fork:a>join', 'fork:b>join'])
      const issue = issueIn(document, 'JOIN_IMPOSSIBLE')
      expect(issue.message).toBe('join waits for 3 branches, but at most 2 of its 2 edges can arrive')
      expect(fixed(document, issue).nodes.find(({ id }) => id === 'join')?.policy).toEqual({ join: { count: 2 } })
    })

    test('for more branches than one condition can take', () => {
      expect(
        issueIn(joined(2, [condition], ['start>if', 'if:true>join', 'if:false>join']), 'JOIN_IMPOSSIBLE').message,
      ).toContain('at most 1 of its 2')
    })

    test('not for branches of different nodes, nor for two edges of one port', () => {
      const ways = joined(2, [condition, set('a')], ['start>if', 'if:true>join', 'start>a', 'a>join'])
      expect(only(validate(ways), 'JOIN_IMPOSSIBLE')).toEqual([])
    })

    test('removes the mode where nothing can arrive', () => {
      const document = joined(1, [set('a')], ['start>a'])
      fixed(document, issueIn(document, 'JOIN_IMPOSSIBLE'))
    })
  })
})

describe('params', () => {
  test.each<[string, WorkflowNode, string, string]>([
    ['a missing param', node('a', 'acme/call'), 'PARAM_REQUIRED', 'params.url'],
    ['an empty text', call('a', { url: '' }), 'PARAM_REQUIRED', 'params.url'],
    ['a missing field of an item', call('a', { lines: [{ sku: 'A' }] }), 'PARAM_REQUIRED', 'params.lines.0.count'],
    ['a value of another kind', call('a', { url: 5 }), 'PARAM_INVALID', 'params.url'],
    ['a pattern', call('a', { lines: [{ sku: 'a', count: 1 }] }), 'PARAM_INVALID', 'params.lines.0.sku'],
    ['a value that is not allowed', call('a', { method: 'PUT' }), 'PARAM_INVALID', 'params.method'],
    [
      'a template where a fixed value is needed',
      call('a', { method: '{{ input.m }}' }),
      'PARAM_INVALID',
      'params.method',
    ],
    [
      'too many items, templates or not',
      call('a', { lines: ['{{ 1 }}', '{{ 2 }}', '{{ 3 }}', '{{ 4 }}'] }),
      'PARAM_INVALID',
      'params.lines',
    ],
    ['a choice', call('a', { mixed: { n: 'one' } }), 'PARAM_INVALID', 'params.mixed'],
  ])('%s is an issue at its path', (_, of, code, field) => {
    expect(issueIn(around(of), code)).toMatchObject({ severity: 'error', nodeId: 'a', field })
  })

  test.each<[string, JsonObject]>([
    ['a number', { lines: [{ sku: 'A', count: '{{ 2 }}' }] }],
    ['a text with a pattern', { lines: [{ sku: '{{ upper("a") }}', count: 1 }] }],
    ['an item', { lines: ['{{ {sku: "A", count: 1} }}'] }],
    ['a list', { lines: '{{ [] }}' }],
    ['a choice', { headers: { x: '{{ 1 }}' } }],
    ['an object', { headers: '{{ {} }}' }],
    ['a part of a choice', { mixed: { n: '{{ 1 }}' } }],
  ])('a template is allowed as %s', (_, params) => {
    expect(validate(around(call('a', params)))).toEqual([])
  })

  test('messages name params by their titles', () => {
    expect(issueIn(around(call('a', { lines: [{ sku: 'a', count: 1 }] })), 'PARAM_INVALID').message).toBe(
      'a: "lines › 1 › sku": It does not match the required pattern',
    )
  })

  test('PARAM_UNKNOWN renames what was spelled wrong and removes the rest', () => {
    const misspelled = around(node('a', 'acme/call', { urll: 'https://x' }))
    const issue = issueIn(misspelled, 'PARAM_UNKNOWN')
    expect(issue).toMatchObject({ severity: 'warning', field: 'params.urll' })
    expect(fixed(misspelled, issue).nodes[1]?.params).toEqual({ url: 'https://x' })
    const strange = around(call('a', { zebra: 1 }))
    expect(fixed(strange, issueIn(strange, 'PARAM_UNKNOWN')).nodes[1]?.params).toEqual({ url: 'https://x' })
  })

  test('PARAM_UNKNOWN is not for types that say nothing of their params', () => {
    const [entry] = manifest.nodes.filter(({ type }) => type === 'acme/call')
    if (entry === undefined) throw new Error('the manifest has acme/call')
    const issues = (params: JsonObject | boolean) =>
      validateWorkflow(around(call('a', { zebra: 1 })), {
        nodes: [...manifest.nodes.filter(({ type }) => type !== 'acme/call'), { ...entry, params }],
      })
    for (const params of [true, {}, { properties: {}, additionalProperties: true }]) expect(issues(params)).toEqual([])
  })

  test('PARAM_LITERAL warns of expressions that are not evaluated', () => {
    const issue = issueIn(around(node('a', 'acme/single', { mode: '{{ x }}' })), 'PARAM_LITERAL')
    expect(issue).toMatchObject({ severity: 'warning', field: 'params.mode' })
    const described = { type: 'object', properties: { q: { description: 'Write {{ name }}' } } }
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema: described }))), 'PARAM_LITERAL')).toEqual(
      [],
    )
  })

  test('SCHEMA_INVALID for a schema in a param that cannot be used', () => {
    const broken = { type: 'object', properties: { a: { type: 'string', pattern: '(?=x)' } } }
    expect(issueIn(around(node('a', 'acme/ask', { prompt: 'x', schema: broken })), 'SCHEMA_INVALID')).toMatchObject({
      field: 'params.schema',
    })
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema: 5 }))), 'SCHEMA_INVALID')).toEqual([])
  })

  test('SCHEMA_INVALID for a node type whose own schema cannot be used', () => {
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'set' ? { ...entry, params: { $ref: '#/nowhere' } } : entry,
    )
    expect(only(validateWorkflow(around(set('a')), { nodes }), 'SCHEMA_INVALID')).toMatchObject([{ nodeId: 'a' }])
  })

  test('lint rules apply to fixed values only', () => {
    const single = (params: JsonObject) => validate(around(node('a', 'acme/single', params)))
    expect(single({ mode: 'later' })).toMatchObject([
      { code: 'WAIT_MISSING', severity: 'error', field: 'params.wait', message: 'a: Say how long to wait' },
    ])
    expect(single({ mode: 'later', wait: 'abcdefg' })).toMatchObject([
      { code: 'WAIT_LONG', severity: 'warning', nodeId: 'a' },
    ])
    expect(single({ mode: 'later', wait: 'abcdefg' })[0]).not.toHaveProperty('field')
    expect(single({ mode: 'later', wait: '{{ "5s" }}' })).toEqual([])
    expect(single({})).toEqual([])
  })
})
