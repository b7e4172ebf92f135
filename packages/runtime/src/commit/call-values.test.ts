import type { NodeCall } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import type { CallableType } from '../interpreter/plan.ts'
import type { CalledEnd } from '../interpreter/run-outputs.ts'
import { beginCallsOf, fitting } from './call-values.ts'

const type: CallableType = {
  ...{ type: 'work', typeVersion: 1, effect: 'write', ports: ['success'], calls: [] },
  policy: {
    retry: {
      ...{ initialIntervalMs: 1_000, backoffCoefficient: 2, maximumIntervalMs: 100_000, maximumAttempts: 3 },
      nonRetryableErrorTypes: ['GONE'],
    },
    ...{ timeoutMs: 30_000, heartbeatMs: null, taskQueue: null, onError: 'fail' },
  },
}

function begin(...calls: readonly object[]) {
  const node = { type: 'agent', calls: ['work@1'] }
  const made = calls.map((call, index): object => ({
    ...{ callId: `c${index}`, nodeType: 'work', typeVersion: 1, title: 'Work', params: {} },
    ...call,
  })) as NodeCall[]
  const run = {
    runId: 'run',
    tenantId: 'acme',
    nodeRunId: 'agent',
    pass: 1,
    node,
    callable: { 'work@1': type },
  } as unknown as Parameters<typeof beginCallsOf>[0]
  const { fact, payloads } = beginCallsOf(run, { suspend: { kind: 'calls', mode: 'all', calls: made } })
  if (fact.type !== 'node_suspended' || fact.data.waitFor.kind !== 'calls') throw new Error(fact.type)
  return { calls: fact.data.waitFor.calls, payloads }
}

describe('the stored calls of a node', () => {
  test('are copies that have what a call can have, over the policy of the type', () => {
    const approvers = { userIds: ['ann'], teams: ['b'] }
    const retry = { maximumAttempts: 5, nonRetryableErrorTypes: undefined, more: 1n }
    const { calls } = begin(
      { approval: { approvers }, policy: { retry } },
      { approval: { approvers: { roles: ['admin'] } } },
    )
    approvers.userIds.push('bob')
    expect(calls).toMatchObject([
      {
        approval: { approvers: { userIds: ['ann'] } },
        policy: { retry: { ...type.policy.retry, maximumAttempts: 5 } },
      },
      { approval: { approvers: { roles: ['admin'] } }, policy: type.policy },
    ])
    expect(calls[0]?.approval?.approvers).toEqual({ userIds: ['ann'] })
    expect(calls[0]?.policy.retry).not.toHaveProperty('more')
  })

  test('are refused beyond 262,144 characters without their params', () => {
    const message = 'x'.repeat(4_000)
    const many = Array.from({ length: 80 }, () => ({ approval: { message } }))
    expect(() => begin(...many)).toThrow(expect.objectContaining({ code: 'VALUE_TOO_LARGE' }))
    expect(begin(...many.slice(40)).calls).toHaveLength(40)
    expect(() => begin({ approval: { approvers: { userIds: ['x\ud800'] } } })).toThrow(
      expect.objectContaining({ code: 'VALUE_NOT_JSON' }),
    )
  })

  test('keep the params of a few in the log, and those of the others outside', () => {
    const { calls, payloads } = begin(
      ...Array.from({ length: 100 }, (_, n) => ({ params: { n, text: 'x'.repeat(8_000) } })),
    )
    const inline = calls.filter(({ params }) => params.inline !== undefined)
    expect(inline).toHaveLength(16)
    expect(payloads).toHaveLength(84)
    expect(payloads[0]).toMatchObject({ hash: calls[16]?.params.hash, json: { n: 16 } })
  })
})

describe('calls of tools', () => {
  const tools = (params: object, toolConnections?: Readonly<Record<string, readonly string[]>>) => {
    const callable = { 'work@1': { ...type, connectionParam: 'account', secretParams: ['key'] } }
    const node = { type: 'agent', calls: ['work@1'], ...(toolConnections === undefined ? {} : { toolConnections }) }
    const run = { runId: 'run', tenantId: 'acme', nodeRunId: 'agent', pass: 1, node, callable }
    const call = { callId: 'c0', nodeType: 'work', typeVersion: 1, title: 'Work', params } as NodeCall
    const suspension = { suspend: { kind: 'calls', mode: 'all', calls: [call] } } as const
    const { fact } = beginCallsOf(run as unknown as Parameters<typeof beginCallsOf>[0], suspension)
    if (fact.type !== 'node_suspended' || fact.data.waitFor.kind !== 'calls') throw new Error(fact.type)
    return fact.data.waitFor.calls[0]
  }

  test('have a connection only if the author has chosen it for a tool of their type', () => {
    const chosen = { 'work@1': ['a', 'b'] }
    expect(tools({ account: 'b' }, chosen)).toMatchObject({ connection: 'b' })
    expect(tools({ account: 'c' }, chosen)).not.toHaveProperty('connection')
    expect(tools({}, chosen)).not.toHaveProperty('connection')
    expect(tools({ account: 'a' }, { 'other@1': ['a'] })).not.toHaveProperty('connection')
    expect(tools({ account: 'a' })).not.toHaveProperty('connection')
  })

  test('have no secrets', () => {
    expect(() => tools({ key: { $secret: 'sec_x' } })).toThrow(
      expect.objectContaining({ code: 'CALLS_INVALID', details: { field: 'calls.0.params.key' } }),
    )
  })
})

describe('the results for a caller', () => {
  const MIB = 1_048_576
  const ref = (mib: number) => ({ hash: 'h', size: mib * MIB })
  const completed = (callId: string, mib: number, edited: number | null = null): CalledEnd => ({
    ...{ callId, nodeRunId: `agent.1-${callId}`, edited: edited === null ? null : ref(edited) },
    end: { how: 'completed', port: 'success', output: ref(mib) },
  })

  test('are given as they are within 16 MiB, and as failed beyond', () => {
    const failed = { how: 'failed', error: { code: 'X', message: 'x'.repeat(2 * MIB) } } as const
    const ended = [completed('a', 6), completed('b', 9), { ...completed('c', 0), end: failed }, completed('d', 1, 3)]
    const canceled: CalledEnd = { ...completed('e', 0), end: { how: 'canceled' } }
    expect(fitting([...ended.slice(0, 2), canceled], 0)).toEqual([...ended.slice(0, 2), canceled])
    const found = fitting([...ended, canceled], 2 * MIB)
    expect(found.map(({ end }) => (end.how === 'failed' ? end.error.code : end.how))).toEqual([
      ...['completed', 'CALL_RESULT_TOO_LARGE', 'X', 'completed', 'canceled'],
    ])
    expect(found[1]?.end).toMatchObject({
      error: { message: expect.stringContaining('has completed by the port "success"'), details: { bytes: 9 * MIB } },
    })
    const late = fitting([completed('a', 15), ...ended.slice(2)], 0)
    expect(late.map(({ end, edited }) => [end.how === 'failed' ? end.error.code : end.how, edited])).toEqual([
      ['completed', null],
      ['CALL_RESULT_TOO_LARGE', null],
      ['CALL_RESULT_TOO_LARGE', null],
    ])
  })
})
