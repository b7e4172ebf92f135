import { TenonError } from '@tenon/core/errors'
import type { ValueRef } from '@tenon/core/run'
import type { StoredWait } from '@tenon/runtime'
import { describe, expect, test } from 'vitest'
import type { ServerContext } from '../context.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { presentApprovals } from './present-approval.ts'

const MIB = 1_048_576
const schema = { type: 'object', properties: { password: { type: 'string' }, apiKey: { type: 'string' } } }

/** A server that has some values, and a definition for each call. */
function serverWith(values: Readonly<Record<string, object>>): ServerContext {
  const load = ({ hash }: ValueRef) => {
    if (!(hash in values)) throw new TenonError('PAYLOAD_NOT_FOUND', hash)
    return values[hash]
  }
  const server = {
    registry: { manifest: { nodes: [{ type: 'login', version: 1, params: schema }] } },
    reader: { loadValues: async (_tenant: string, refs: readonly ValueRef[]) => refs.map(load) },
    database: { withTenant: async () => new Map() },
  }
  return server as unknown as ServerContext
}

const waitFor = (params: ValueRef, ...votes: readonly ValueRef[]): StoredWait => {
  const ask = {
    kind: 'approval',
    title: 'May I?',
    message: '',
    choices: ['approve', 'reject'],
    approvers: {},
    required: 3,
  }
  const call = { nodeType: 'login', typeVersion: 1, params, isEditable: true }
  const actor = { userId: 'ann', displayName: 'Ann', role: 'editor' }
  const wait = {
    ...{ approvalId: 'a', waitId: 'w', runId: 'r', nodeId: 'n', nodeRunId: 'n.1-c', workflowId: 'f', status: 'open' },
    ...{ openedAt: 0, dueAt: null, waitFor: { ...ask, evidence: null, dueAt: null, call } },
    votes: votes.map((given) => ({ actor, choice: 'approve', at: 0, params: given })),
  }
  return wait as unknown as StoredWait
}
const ref = (hash: string, mib: number): ValueRef => ({ hash, size: mib * MIB })

async function shown(values: Readonly<Record<string, object>>, ...waits: readonly StoredWait[]) {
  return await presentApprovals(serverWith(values), testIdentity(), waits)
}

describe('the call of an approval', () => {
  test('has its schema as it is, and its params without credentials', async () => {
    const inline = { hash: 'i', size: 10, inline: { password: 'not-for-people', text: 'x' } }
    const [approval] = await shown({}, waitFor(inline))
    expect(approval?.call?.schema).toEqual(schema)
    expect(approval?.call?.params).toEqual({ password: expect.not.stringContaining('people'), text: 'x' })
  })

  test('has params as far as one answer has room for them, and leaves out those that are lost', async () => {
    const values = { a: { n: 1 }, b: { n: 2 }, c: { n: 3 } }
    const [first, second, third] = await shown(
      values,
      waitFor(ref('a', 10), ref('a', 10)),
      waitFor(ref('b', 10)),
      waitFor(ref('c', 2)),
    )
    expect(first).toMatchObject({ call: { params: { n: 1 } }, votes: [{ params: { n: 1 } }] })
    expect(second?.call).toMatchObject({ params: null, isParamsLeftOut: true })
    expect(third?.call?.params).toEqual({ n: 3 })
    const [found, lost] = await shown(values, waitFor(ref('a', 1)), waitFor(ref('gone', 1), ref('gone', 1)))
    expect(found?.call).not.toHaveProperty('isParamsLeftOut')
    expect(found?.call?.params).toEqual({ n: 1 })
    expect(lost).toMatchObject({ call: { params: null, isParamsLeftOut: true }, votes: [{ isParamsLeftOut: true }] })
  })
})
