import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type CallsSuspension, MAX_CALLS, type NodeCall, nodeCall } from './calls.ts'
import { checkCalls } from './check-calls.ts'
import { defineNode } from './define-node.ts'
import { implementInlineNode, implementNode } from './implement-node.ts'
import { createNodeRegistry } from './node-registry.ts'

const common = {
  version: 1,
  title: 'Node',
  description: 'For tests',
  icon: 'M4 12h16',
  category: 'action',
  summary: 'A node',
  effect: 'none',
  ports: [{ name: 'success', title: 'done' }],
  outputs: { success: z.object({}) },
} as const
const search = defineNode({ ...common, type: 'acme/search', params: z.object({ q: z.string() }) })
const agent = defineNode({
  ...common,
  type: 'acme/agent',
  params: z.object({}),
  calls: [{ type: 'acme/search', version: 1 }],
})
const run = async () => ({ port: 'success', output: {} }) as const

const call = (change: object = {}): NodeCall => ({
  ...nodeCall(search, { callId: 'c1', title: 'Search', params: { q: 'x' } }),
  ...change,
})
const suspend = (change: object = {}) => ({ kind: 'calls', mode: 'all', calls: [call()], ...change }) as const
const check = (change: object = {}, pass = 1, depth = 0) =>
  checkCalls(agent, suspend(change) as CallsSuspension['suspend'], { pass, depth })

test('nodeCall names the type and the version of a definition', () => {
  expect(call()).toEqual({ callId: 'c1', nodeType: 'acme/search', typeVersion: 1, title: 'Search', params: { q: 'x' } })
})

describe('checkCalls', () => {
  test('accepts calls with a policy, an approval and a state', () => {
    const policy = {
      timeout: '5s',
      heartbeat: '1s',
      retry: { maximumAttempts: 2, nonRetryableErrorTypes: ['X'] },
      onError: 'park',
    }
    const approvers = { roles: ['admin'], userIds: ['ann'] }
    const approval = { title: 'Send?', message: '', approvers, required: 2, dueAt: 1, isEditable: true }
    expect(() => check({ calls: [call({ policy, approval })], state: { version: 1, value: [] } })).not.toThrow()
    expect(() => check({ mode: 'any', state: null, calls: [call({ policy: {} })] })).not.toThrow()
  })

  test.each<[string, object]>([
    ['calls', { calls: [] }],
    ['calls', { calls: 'none' }],
    ['calls', { calls: Array.from({ length: MAX_CALLS + 1 }, (_, index) => call({ callId: `c${index}` })) }],
    ['mode', { mode: 'some' }],
    ['state', { state: { version: 0, value: 1 } }],
    ['state', { state: 'kept' }],
    ['calls.0', { calls: [null] }],
    ['calls.1.callId', { calls: [call(), call()] }],
    ['calls.0.callId', { calls: [call({ callId: 'a b' })] }],
    ['calls.0.callId', { calls: [call({ callId: 7 })] }],
    ['calls.0.params', { calls: [call({ params: [] })] }],
    ['calls.0.title', { calls: [call({ title: '' })] }],
    ['calls.0.title', { calls: [call({ title: 'x'.repeat(201) })] }],
    ['calls.0.nodeType', { calls: [call({ nodeType: 'acme/other' })] }],
    ['calls.0.nodeType', { calls: [call({ typeVersion: 2 })] }],
    ['calls.0.policy', { calls: [call({ policy: 'none' })] }],
    ['calls.0.policy.skipIf', { calls: [call({ policy: { skipIf: '{{ true }}' } })] }],
    ['calls.0.policy.timeout', { calls: [call({ policy: { timeout: 'soon' } })] }],
    ['calls.0.policy.onError', { calls: [call({ policy: { onError: 'route' } })] }],
    ['calls.0.policy.retry.maximumAttempts', { calls: [call({ policy: { retry: { maximumAttempts: 0 } } })] }],
    ['calls.0.policy.retry', { calls: [call({ policy: { retry: null } })] }],
    ...[null, 'HTTP_STATUS', [1]].map((list): [string, object] => [
      'calls.0.policy.retry.nonRetryableErrorTypes',
      { calls: [call({ policy: { retry: { nonRetryableErrorTypes: list } } })] },
    ]),
    ['calls.0.title', { calls: [call({ title: 'a\u0000b' })] }],
    ['calls.0.approval', { calls: [call({ approval: true })] }],
    ['calls.0.approval.title', { calls: [call({ approval: { title: 'x\ud800' } })] }],
    ['calls.0.approval.message', { calls: [call({ approval: { message: 'a\u0000b' } })] }],
    ['calls.0.approval.approvers', { calls: [call({ approval: { approvers: null } })] }],
    ['calls.0.approval.approvers.roles', { calls: [call({ approval: { approvers: { roles: null } } })] }],
    ['calls.0.approval.approvers.roles', { calls: [call({ approval: { approvers: { roles: [1n] } } })] }],
    ['calls.0.approval.approvers.userIds', { calls: [call({ approval: { approvers: { userIds: new Set(['a']) } } })] }],
    ['calls.0.approval.title', { calls: [call({ approval: { title: '' } })] }],
    ['calls.0.approval.message', { calls: [call({ approval: { message: 1 } })] }],
    ['calls.0.approval.approvers', { calls: [call({ approval: { approvers: [] } })] }],
    ['calls.0.approval.required', { calls: [call({ approval: { required: 0 } })] }],
    ['calls.0.approval.dueAt', { calls: [call({ approval: { dueAt: -1 } })] }],
    ['calls.0.approval.dueAt', { calls: [call({ approval: { dueAt: 1e15 } })] }],
    ['calls.0.approval.isEditable', { calls: [call({ approval: { isEditable: 'yes' } })] }],
  ])('refuses a fault in %s', (field, change) => {
    expect(() => check(change)).toThrow(expect.objectContaining({ code: 'CALLS_INVALID', details: { field } }))
  })

  test('refuses calls of a type that lists none, more passes and deeper calls than the limits', () => {
    expect(() => checkCalls(search, suspend(), { pass: 1, depth: 0 })).toThrow('does not list')
    expect(() => check({}, 200)).toThrow(expect.objectContaining({ code: 'CALL_PASSES_EXCEEDED' }))
    expect(() => check({}, 1, 4)).toThrow(expect.objectContaining({ code: 'CALLS_TOO_DEEP' }))
  })
})

describe('a definition with calls', () => {
  const define = (change: object) => () =>
    defineNode({ ...common, type: 'acme/agent', params: z.object({}), ...change } as never)

  test('is refused for a node that cannot wait for them, and for a type that is listed twice', () => {
    const twice = [
      { type: 'acme/search', version: 1 },
      { type: 'acme/search', version: 1 },
    ]
    const invalid = (field: string) =>
      expect.objectContaining({ code: 'NODE_DEFINITION_INVALID', details: { type: 'acme/agent', field } })
    expect(define({ calls: twice })).toThrow(invalid('calls.1'))
    expect(define({ calls: [], inline: true })).toThrow(invalid('calls'))
    expect(define({ calls: [], control: 'approval' })).toThrow(invalid('calls'))
    expect(define({ calls: ['acme/search'] })).toThrow(expect.objectContaining({ code: 'NODE_DEFINITION_INVALID' }))
  })

  test('is in the manifest, and every type in it must be registered and callable', () => {
    const caller = implementNode(agent, run)
    const { manifest } = createNodeRegistry([caller, implementNode(search, run)])
    expect(manifest.nodes[0]?.calls).toEqual([{ type: 'acme/search', version: 1 }])
    const refused = (why: string) => expect.objectContaining({ message: expect.stringContaining(why) })
    expect(() => createNodeRegistry([caller])).toThrow(refused('it is not registered'))
    const params = z.object({ q: z.string() })
    const inline = defineNode({ ...common, type: 'acme/search', params, inline: true })
    const evaluate = () => ({ port: 'success', output: {} }) as const
    expect(() => createNodeRegistry([caller, implementInlineNode(inline, evaluate)])).toThrow(refused('has no `run`'))
    const control = defineNode({ ...common, type: 'acme/search', params, control: 'approval' })
    expect(() => createNodeRegistry([caller, implementNode(control, run)])).toThrow(refused('has a `control`'))
    const secret = defineNode({
      ...common,
      type: 'acme/search',
      params: z.object({ key: z.string().meta({ secret: true }) }),
    })
    expect(() => createNodeRegistry([caller, implementNode(secret, run)])).toThrow(refused('it has secret params'))
    const account = z.string().meta({ control: 'connection', literal: true })
    const connected = (connection: z.ZodType) =>
      implementNode(defineNode({ ...common, type: 'acme/search', params: z.object({ connection }) }), run)
    expect(() => createNodeRegistry([caller, connected(account)])).toThrow(refused('it needs a connection'))
    expect(() => createNodeRegistry([caller, connected(account.optional())])).not.toThrow()
    const ports = defineNode({
      ...common,
      type: 'acme/search',
      params: z.object({ list: z.array(z.object({ id: z.string() })) }),
      ports: [{ each: 'params.list', id: 'id', title: 'id' }],
      outputs: { '*': z.object({}) },
    })
    const implemented = implementNode(ports, async () => ({ port: 'a', output: {} }))
    expect(() => createNodeRegistry([caller, implemented])).toThrow(refused('its ports depend on params'))
  })
})
