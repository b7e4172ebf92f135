import type { MemberList, Role, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementInlineNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import type { MemberDirectory } from './member-directory.ts'

const asking = defineNode({
  type: 'asking',
  version: 1,
  title: 'Asking',
  description: 'Names people',
  icon: 'M4 12h16',
  category: 'people',
  inline: true,
  params: z.object({
    approvers: z
      .object({ userIds: z.array(z.string()).optional() })
      .default({})
      .meta({ control: 'people' }),
  }),
  ports: [{ name: 'success', title: 'Done' }],
  outputs: { success: z.object({}) },
  summary: 'Asks',
  effect: 'none',
})
const nodes = [...testNodes, implementInlineNode(asking, () => ({ port: 'success', output: {} }))]

/** People by tenant; the directory answers for one tenant only, as a host must. */
const PEOPLE: Readonly<Record<string, MemberList['items']>> = {
  acme: [
    { userId: 'a,1', displayName: 'Ada Obi', detail: 'ada@acme.example' },
    { userId: 'a2', displayName: 'Adam Novak' },
  ],
  globex: [{ userId: 'g1', displayName: 'Ada Lund' }],
}
let isDown = false
const members: MemberDirectory = {
  async search({ tenantId, query, limit }) {
    if (isDown) throw new Error('connect ECONNREFUSED 10.0.0.7')
    const found = (PEOPLE[tenantId] ?? []).filter(({ displayName }) => displayName.includes(query))
    return found.slice(0, limit)
  },
  async lookUp({ tenantId, userIds }) {
    if (isDown) throw new Error('connect ECONNREFUSED 10.0.0.7')
    return (PEOPLE[tenantId] ?? []).filter(({ userId }) => userIds.includes(userId))
  },
}

let server: TestServer
const logged: string[] = []
beforeAll(async () => {
  server = await openTestServer({ nodes, members, log: (_level, message) => logged.push(message) })
})
afterAll(() => server.close())

const person = (tenantId: string, role: Role = 'editor') => testIdentity({ tenantId, role })
const list = (query: string, tenantId = 'acme') =>
  server.json<MemberList>(200, `/members?${query}`, { as: person(tenantId) })

async function publishing(userIds: readonly string[], tenantId = 'acme', isDisabled = false) {
  const as = person(tenantId)
  const ask = { ...node('ask', 'asking', { approvers: { userIds: [...userIds] } }), disabled: isDisabled }
  const document = workflow([node('start', 'start'), ask, node('end', 'end')], ['start>ask', 'ask>end'])
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body: { name: 'x', document } })
  return {
    publish: (status: number) => server.json<Problem>(status, `/workflows/${id}/versions`, { as, method: 'POST' }),
    tryIt: (status: number) => server.json<Problem>(status, `/workflows/${id}/draft/runs`, { as, method: 'POST' }),
  }
}

describe('GET /members', () => {
  test('finds people by name and by id, of the own tenant only', async () => {
    expect(await list('query=Ada')).toEqual({ items: PEOPLE.acme, isAvailable: true })
    expect(await list('query=Ada', 'globex')).toEqual({ items: PEOPLE.globex, isAvailable: true })
    expect(await list(`userIds=${encodeURIComponent('a%2C1,g1,gone')}`)).toEqual({
      items: [PEOPLE.acme?.[0]],
      isAvailable: true,
    })
  })

  test('is for editors, and refuses lists of ids that it cannot read', async () => {
    await server.json(403, '/members', { as: person('acme', 'viewer') })
    const many = Array.from({ length: 21 }, (_, index) => `u${index}`).join(',')
    for (const userIds of [many, '%25E0']) {
      expect((await server.json<Problem>(422, `/members?userIds=${userIds}`, { as: person('acme') })).code).toBe(
        'REQUEST_INVALID',
      )
    }
  })

  test('says that nothing is known without a directory', async () => {
    const other = await server.sibling({ members: undefined as never })
    try {
      const answer = await other.json<MemberList>(200, '/members?query=A', { as: person('acme') })
      expect(answer).toEqual({ items: [], isAvailable: false })
    } finally {
      await other.close()
    }
  })
})

describe('publishing and trying', () => {
  test('name every approver who is no member, also those of another tenant', async () => {
    const { publish, tryIt } = await publishing(['a2', 'gone', 'g1'])
    const problem = await publish(422)
    expect(problem).toMatchObject({ code: 'WORKFLOW_INVALID', remedy: expect.stringContaining('Remove the person') })
    expect(problem.issues).toEqual(
      ['gone', 'g1'].map((userId) => ({
        path: ['nodes', 'ask', 'params', 'approvers'],
        code: 'APPROVER_UNKNOWN',
        message: `ask: "${userId}" is not a member, so this person cannot decide`,
        values: { userId },
      })),
    )
    expect((await tryIt(422)).issues).toEqual(problem.issues)
  })

  test('accept members, and people of disabled nodes', async () => {
    await (await publishing(['a2', 'a,1'])).publish(201)
    await (await publishing(['gone'], 'acme', true)).publish(201)
  })

  test('do not depend on the directory, whose failure stays in the log', async () => {
    isDown = true
    try {
      const problem = await server.json<Problem>(503, '/members?query=Ada', { as: person('acme') })
      expect(problem).toMatchObject({ code: 'UNAVAILABLE', detail: expect.not.stringContaining('10.0.0.7') })
      await (await publishing(['gone'])).publish(201)
      expect(logged).toContain('members.lookup_failed: approvers are not checked')
    } finally {
      isDown = false
    }
  })
})
