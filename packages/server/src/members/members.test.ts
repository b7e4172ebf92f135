import type { MemberList, Role, Workflow } from '@tenon/core/api'
import type { TenantId } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementInlineNode } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'
import { askDirectory, lookUpMembers, type MemberDirectory } from './member-directory.ts'

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
const DOWN = 'connect ECONNREFUSED 10.0.0.7'
let isDown = false
/** Answer of a faulty directory; `null` for the people. */
let wrong: unknown = null
/** Ids of each call of `lookUp`. */
const asked: (readonly string[])[] = []
const members: MemberDirectory = {
  async search({ tenantId, query, limit }) {
    if (isDown) throw new Error(DOWN)
    if (wrong !== null) return wrong as MemberList['items']
    const found = (PEOPLE[tenantId] ?? []).filter(({ displayName }) => displayName.includes(query))
    return found.slice(0, limit)
  },
  async lookUp({ tenantId, userIds }) {
    asked.push(userIds)
    if (isDown) throw new Error(DOWN)
    if (wrong !== null) return wrong as MemberList['items']
    return (PEOPLE[tenantId] ?? []).filter(({ userId }) => userIds.includes(userId))
  },
}

let server: TestServer
const logged: unknown[] = []
beforeAll(async () => {
  server = await openTestServer({ nodes, members, log: (...line) => logged.push(line) })
})
afterAll(() => server.close())
afterEach(() => {
  isDown = false
  wrong = null
  logged.length = 0
  asked.length = 0
})

const person = (tenantId: string, role: Role = 'editor') => testIdentity({ tenantId, role })
const list = (query: string, tenantId = 'acme') =>
  server.json<MemberList>(200, `/members?${query}`, { as: person(tenantId) })

async function publishing(
  userIds: readonly string[],
  { tenantId = 'acme', ...fields }: { tenantId?: string; disabled?: boolean; name?: string } = {},
) {
  const as = person(tenantId)
  const ask = { ...node('ask', 'asking', { approvers: { userIds: [...userIds] } }), ...fields }
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

  test('answers an empty list of ids without a call of the directory', async () => {
    expect(await list('userIds=')).toEqual({ items: [], isAvailable: true })
    expect(asked).toEqual([])
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
    await (await publishing(['gone'], { disabled: true })).publish(201)
  })

  test('call a node without a name by its id', async () => {
    const problem = await (await publishing(['gone'], { name: '' })).publish(422)
    expect(problem.detail).toBe('ask: "gone" is not a member, so this person cannot decide')
  })

  test('leave templates to the run', async () => {
    await (await publishing(['{{ input.approver }}'])).publish(201)
    expect(asked).toEqual([])
  })

  test('look up many people in parts of 20, each person once', async () => {
    const gone = Array.from({ length: 43 }, (_, index) => `gone-${index}`)
    const userIds = ['a2', ...gone, 'a,1']
    const problem = await (await publishing([...userIds, 'a2'])).publish(422)
    expect(problem.issues?.map(({ values }) => values)).toEqual(gone.map((userId) => ({ userId })))
    expect(asked).toEqual([userIds.slice(0, 20), userIds.slice(20, 40), userIds.slice(40)])
  })

  test.each<[string, unknown, string]>([
    ['is down', null, DOWN],
    ['answers no list', { items: [] }, 'the directory must return an array of members'],
    ['answers people without names', [{ userId: 'a2' }], 'each member must have the texts userId and displayName'],
  ])('do not depend on a directory that %s, and the log has the reason', async (_case, answer, reason) => {
    isDown = answer === null
    wrong = answer
    const problem = await server.json<Problem>(503, '/members?query=Ada', { as: person('acme') })
    expect(problem).toMatchObject({ code: 'UNAVAILABLE', detail: 'The list of people cannot be read at the moment' })
    expect(JSON.stringify(problem)).not.toContain(reason)
    const failed = { code: 'UNAVAILABLE', reason, requestId: problem.requestId }
    expect(logged).toEqual([['error', 'request.failed: internal error', expect.objectContaining(failed)]])
    await (await publishing(['gone'])).publish(201)
    const fields = { tenantId: 'acme', reason }
    expect(logged.slice(1)).toEqual([['warn', 'members.lookup_failed: approvers are not checked', fields]])
  })
})

describe('a directory that does not answer', () => {
  const never = () => new Promise<never>(() => undefined)
  const late = { code: 'UNAVAILABLE', cause: new Error('the directory did not answer in time') }

  test('is waited for until the time is over', async () => {
    await expect(askDirectory(never, 1)).rejects.toMatchObject(late)
  })

  test('is asked for no further part', async () => {
    const parts: (readonly string[])[] = []
    const slow: MemberDirectory = {
      search: never,
      lookUp: ({ userIds }) => {
        parts.push(userIds)
        return parts.length === 1 ? Promise.resolve([]) : never()
      },
    }
    const userIds = Array.from({ length: 41 }, (_, index) => `u${index}`)
    await expect(lookUpMembers(slow, 'acme' as TenantId, userIds, 1)).rejects.toMatchObject(late)
    expect(parts).toEqual([userIds.slice(0, 20), userIds.slice(20, 40)])
  })
})
