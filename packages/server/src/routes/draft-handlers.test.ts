import type { Draft, Run, StartedRun, Workflow } from '@tenon/core/api'
import type { DocumentOperation } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { defineNode, implementNode } from '@tenon/core/node'
import { edge, node } from '@tenon/core/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { greeting, publish, untilRun } from '../testing/kit/sample-workflows.ts'
import { openServerPGlite } from '../testing/kit/server-pglite.ts'
import { testNodes } from '../testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

/** Gives the names of its headers in the order in which its body gets them. */
const listHeaders = implementNode(
  defineNode({
    type: 'acme/list-headers',
    version: 1,
    title: 'List headers',
    description: 'Names its headers',
    icon: 'M4 12h16',
    category: 'action',
    params: z.object({ headers: z.record(z.string(), z.string()) }),
    ports: [{ name: 'success', title: 'Done' }],
    outputs: { success: z.object({ names: z.array(z.string()) }) },
    summary: 'Lists headers',
    effect: 'none',
  }),
  async ({ params }) => ({ port: 'success', output: { names: Object.keys(params.headers) } }),
)

let server: TestServer
let pglite: Awaited<ReturnType<typeof openServerPGlite>>

beforeAll(async () => {
  pglite = await openServerPGlite()
  server = await openTestServer({ database: { pglite }, nodes: [...testNodes, listHeaders] })
})
afterAll(() => server.close())

async function newDraft() {
  const as = testIdentity()
  const body = { name: 'Draft', document: greeting }
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  const path = `/workflows/${id}/draft`
  const patch = (operations: readonly DocumentOperation[]) =>
    server.json<Draft>(200, path, { as, method: 'PATCH', body: { operations } })
  return { as, id, path, patch }
}

const rename = (name: string): DocumentOperation => ({ op: 'update_node', nodeId: 'greet', set: { name } })

describe('PATCH /workflows/{id}/draft', () => {
  test('arranges the keys of an object for every reader and for runs', async () => {
    const { as, id, path, patch } = await newDraft()
    const headers = { 'X-A': '{{input.text}}', 'X-B': 'b', 'X-C': 'c' }
    await patch([
      { op: 'add_node', node: node('list', 'acme/list-headers', { headers }) },
      { op: 'remove_edge', edgeId: edge('greet>end').id },
      { op: 'add_edge', edge: edge('greet>list') },
      { op: 'add_edge', edge: edge('list>end') },
      { op: 'set_key_order', nodeId: 'list', pointer: '/headers', keys: ['X-C', 'X-A'] },
    ])
    const arranged = '"headers":{"X-C":"c","X-A":"{{input.text}}","X-B":"b"}'
    expect(await (await server.call(path, { as })).text()).toContain(arranged)
    await server.json(201, `/workflows/${id}/versions`, { as, method: 'POST' })
    expect(await (await server.call(`/workflows/${id}/versions/1`, { as })).text()).toContain(arranged)
    const start = { as, method: 'POST', body: { input: { text: 'a' } } }
    const { runId } = await server.json<StartedRun>(201, `/workflows/${id}/runs`, start)
    expect(await untilRun(server, as, runId)).toMatchObject({ output: { names: ['X-C', 'X-A', 'X-B'] } })
  })

  test('applies operations and moves the ETag', async () => {
    const { as, path, patch } = await newDraft()
    const before = await server.json<Draft>(200, path, { as })
    const after = await patch([rename('Say hello'), { op: 'set_param', nodeId: 'greet', path: ['note'], value: 'x' }])
    expect(after.document.nodes[1]).toMatchObject({ name: 'Say hello', params: { note: 'x' } })
    expect(after.etag).not.toBe(before.etag)
    const response = await server.call(path, { as })
    expect(response.headers.get('etag')).toBe(after.etag)
    expect(await response.json()).toEqual(after)
  })

  test('operations that change nothing leave the ETag', async () => {
    const { as, path, patch } = await newDraft()
    const before = await server.json<Draft>(200, path, { as })
    const name = before.document.nodes[1]?.name ?? ''
    expect((await patch([rename(name)])).etag).toBe(before.etag)
  })

  test('refuses what does not fit, and then changes nothing', async () => {
    const { as, path } = await newDraft()
    const operations = [rename('Half'), { op: 'remove_node', nodeId: 'unknown' }]
    const problem = await server.json<Problem>(422, path, { as, method: 'PATCH', body: { operations } })
    expect(problem.code).toBe('OPERATION_INVALID')
    const draft = await server.json<Draft>(200, path, { as })
    expect(draft.document.nodes[1]?.name).toBe('greet')
  })

  test('changes that come at once all stay', async () => {
    const { as, path, patch } = await newDraft()
    const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
    await Promise.all(
      keys.map((key) => patch([{ op: 'set_param', nodeId: 'greet', path: ['values', key], value: key }])),
    )
    const draft = await server.json<Draft>(200, path, { as })
    expect(Object.keys(draft.document.nodes[1]?.params.values as object)).toEqual(expect.arrayContaining(keys))
  })

  test('stays readable over many more changes than a snapshot spans', async () => {
    const { as, path, patch } = await newDraft()
    for (let index = 0; index < 104; index += 1) await patch([rename(`Name ${index}`)])
    const draft = await server.json<Draft>(200, path, { as })
    expect(draft.document.nodes[1]?.name).toBe('Name 103')
    expect(draft.etag).toBe('"105"')
  })
})

describe('PUT /workflows/{id}/draft', () => {
  test('replaces the draft that was read', async () => {
    const { as, path } = await newDraft()
    const { etag } = await server.json<Draft>(200, path, { as })
    const document = { ...greeting, settings: { timeout: '1h' } }
    const after = await server.json<Draft>(200, path, {
      as,
      method: 'PUT',
      body: { document },
      headers: { 'if-match': etag },
    })
    expect(after.document.settings).toEqual({ timeout: '1h' })
    expect((await server.json<Draft>(200, path, { as })).document).toEqual(after.document)
  })

  test('asks for If-Match, and refuses a stale one with the one that holds', async () => {
    const { as, path, patch } = await newDraft()
    const { etag } = await server.json<Draft>(200, path, { as })
    const body = { document: greeting }
    const absent = await server.json<Problem>(428, path, { as, method: 'PUT', body })
    expect(absent.code).toBe('PRECONDITION_REQUIRED')
    const changed = await patch([rename('Meanwhile')])
    const stale = await server.json<Problem>(412, path, { as, method: 'PUT', body, headers: { 'if-match': etag } })
    expect(stale).toMatchObject({ code: 'PRECONDITION_FAILED', details: { etag: changed.etag } })
  })
})

describe('POST /workflows/{id}/draft/runs', () => {
  test('runs the draft as it is, apart from the published runs', async () => {
    const { as, id, path, patch } = await newDraft()
    await patch([{ op: 'set_param', nodeId: 'greet', path: ['values'], value: { greeting: 'Draft' } }])
    const body = { input: { text: 'x' } }
    const started = await server.json<StartedRun>(201, `${path}/runs`, { as, method: 'POST', body })
    expect(started.startedAt).not.toBeNull()
    const run = await untilRun(server, as, started.runId)
    expect(run).toMatchObject({ status: 'completed', mode: 'test', output: { text: 'x', greeting: 'Draft' } })
    expect(run.version).toMatch(/^test:/)
    const listed = await server.json<{ items: Run[] }>(200, `/runs?workflowId=${id}`, { as })
    expect(listed.items).toEqual([])
    const tests = await server.json<{ items: Run[] }>(200, `/runs?workflowId=${id}&mode=test`, { as })
    expect(tests.items.map((item) => item.runId)).toEqual([started.runId])
    const versions = await server.json<{ items: unknown[] }>(200, `/workflows/${id}/versions`, { as })
    expect(versions.items).toEqual([])
  })

  test('keeps nothing of a try whose input or trigger is refused', async () => {
    const { as, id, path } = await newDraft()
    for (const body of [{}, { trigger: 'greet', input: { text: 'x' } }]) {
      await server.json<Problem>(422, `${path}/runs`, { as, method: 'POST', body })
    }
    const { rows } = await pglite.query('select version from tenon.versions where workflow_id = $1', [id])
    expect(rows).toEqual([])
  })

  test('refuses a draft with problems, and names them', async () => {
    const { as, path, patch } = await newDraft()
    await patch([
      {
        op: 'add_node',
        node: { id: 'x', type: 'unknown/type', typeVersion: 1, name: 'x', params: {}, position: { x: 0, y: 0 } },
      },
    ])
    const problem = await server.json<Problem>(422, `${path}/runs`, { as, method: 'POST', body: {} })
    expect(problem.code).toBe('WORKFLOW_INVALID')
    expect(problem.issues?.some((issue) => issue.path.includes('x'))).toBe(true)
  })
})

describe('a published workflow', () => {
  test('has unpublished changes once its plan differs, not when a card was moved', async () => {
    const as = testIdentity()
    const id = await publish(server, as, greeting)
    const changes = async (operation: DocumentOperation) => {
      await server.json(200, `/workflows/${id}/draft`, { as, method: 'PATCH', body: { operations: [operation] } })
      return (await server.json<Workflow>(200, `/workflows/${id}`, { as })).hasUnpublishedChanges
    }
    expect(await changes({ op: 'move_nodes', moves: [{ nodeId: 'greet', position: { x: 9, y: 9 } }] })).toBe(false)
    expect(await changes(rename('Renamed'))).toBe(true)
    expect(await changes(rename('greet'))).toBe(false)
  })
})
