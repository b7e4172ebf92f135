import type { Page, Workflow } from '@tenon/core/api'
import type { Problem } from '@tenon/core/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { greeting, publish } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const create = (as: ReturnType<typeof testIdentity>, name: string) =>
  server.json<Workflow>(201, '/workflows', { as, method: 'POST', body: { name } })

describe('POST /workflows', () => {
  test('makes a workflow with a draft that begins with a start', async () => {
    const as = testIdentity()
    const response = await server.call('/workflows', { as, method: 'POST', body: { name: 'Refunds' } })
    const workflow = (await response.json()) as Workflow
    expect(response.status).toBe(201)
    expect(response.headers.get('location')).toBe(`https://app.example/automation/workflows/${workflow.id}`)
    expect(workflow).toMatchObject({
      name: 'Refunds',
      description: '',
      version: null,
      liveVersion: null,
      hasUnpublishedChanges: true,
      deletedAt: null,
      lastRun: null,
    })
    const draft = await server.json<{ document: unknown }>(200, `/workflows/${workflow.id}/draft`, { as })
    expect(draft.document).toMatchObject({ nodes: [{ id: 'start', type: 'start' }], edges: [] })
  })

  test('takes a whole document', async () => {
    const as = testIdentity()
    const body = { name: 'Greet', description: 'Says hello', document: greeting }
    const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
    const draft = await server.json<{ document: { nodes: unknown[] } }>(200, `/workflows/${id}/draft`, { as })
    expect(draft.document.nodes).toHaveLength(3)
  })

  test('names every fault of a bad body', async () => {
    const as = testIdentity()
    const body = { name: '', surprise: 1 }
    const problem = await server.json<Problem>(422, '/workflows', { as, method: 'POST', body })
    expect(problem.code).toBe('REQUEST_INVALID')
    expect(problem.issues?.map((issue) => issue.path)).toEqual(expect.arrayContaining([['name'], []]))
    expect(problem.remedy).not.toBe('')
  })

  test('refuses a document whose edge leads nowhere', async () => {
    const as = testIdentity()
    const edges = greeting.edges.map((edge) => ({ ...edge, id: edge.id.replace('greet', 'gone'), target: 'gone' }))
    const body = { name: 'Broken', document: { ...greeting, edges } }
    const problem = await server.json<Problem>(422, '/workflows', { as, method: 'POST', body })
    expect(problem.code).toBe('DOCUMENT_MALFORMED')
  })
})

describe('GET /workflows', () => {
  test('lists the tenant of the caller, last changed first, page by page, without gap or duplicate', async () => {
    const as = testIdentity()
    await create(testIdentity(), 'Of another tenant')
    const created: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) created.unshift((await create(as, name)).id)
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page: Page<Workflow> = await server.json(200, `/workflows?limit=2${query}`, { as })
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items.map((item) => item.id))
      cursor = page.nextCursor
    }
    expect([...seen].sort()).toEqual([...created].sort())
    expect(new Set(seen).size).toBe(5)
  })

  test.each(['cursor=nonsense', 'cursor=MS4AAA', 'limit=0', 'limit=x', 'deleted=maybe'])(
    'answers 422 to ?%s',
    async (query) => {
      const problem = await server.json<Problem>(422, `/workflows?${query}`, { as: testIdentity() })
      expect(problem.code).toBe(query.startsWith('cursor') ? 'CURSOR_INVALID' : 'REQUEST_INVALID')
    },
  )

  test('returns the latest version and the last run', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const started = await server.json<{ runId: string }>(201, `/workflows/${id}/runs`, {
      as,
      method: 'POST',
      body: { input: { text: 'x' } },
    })
    const page = await server.json<Page<Workflow>>(200, '/workflows', { as })
    expect(page.items[0]).toMatchObject({
      version: '1',
      liveVersion: '1',
      hasUnpublishedChanges: false,
      lastRun: { runId: started.runId },
    })
  })
})

describe('PATCH /workflows/{id}', () => {
  test('renames, and leaves what is not named', async () => {
    const as = testIdentity()
    const { id } = await create(as, 'Old')
    await server.json(200, `/workflows/${id}`, { as, method: 'PATCH', body: { description: 'About' } })
    const workflow = await server.json<Workflow>(200, `/workflows/${id}`, {
      as,
      method: 'PATCH',
      body: { name: 'New' },
    })
    expect(workflow).toMatchObject({ name: 'New', description: 'About' })
    expect(await server.json(200, `/workflows/${id}`, { as })).toEqual(workflow)
  })
})

describe('DELETE /workflows/{id}', () => {
  test('hides a workflow until it is restored', async () => {
    const as = testIdentity()
    const { id } = await create(as, 'Gone')
    await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    await server.json(204, `/workflows/${id}`, { as, method: 'DELETE' })
    const listed = await server.json<Page<Workflow>>(200, '/workflows', { as })
    expect(listed.items).toEqual([])
    const deleted = await server.json<Page<Workflow>>(200, '/workflows?deleted=true', { as })
    expect(deleted.items).toMatchObject([{ id, deletedAt: expect.any(String) }])
    const read = await server.json<Workflow>(200, `/workflows/${id}`, { as })
    expect(read.deletedAt).not.toBeNull()
    await server.json(404, `/workflows/${id}/draft`, { as })
    const restored = await server.json<Workflow>(200, `/workflows/${id}/restore`, { as, method: 'POST' })
    expect(restored.deletedAt).toBeNull()
    await server.json(200, `/workflows/${id}/draft`, { as })
  })
})
