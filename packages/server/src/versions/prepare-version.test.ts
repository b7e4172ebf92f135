import type { Draft, SyncedDraft, Workflow } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
import { node } from '@tenon/core/testing'
import { fromBase64, toBase64 } from 'lib0/buffer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as Y from 'yjs'
import { greeting } from '../testing/kit/sample-workflows.ts'
import { openTestServer, type TestServer } from '../testing/kit/test-server.ts'
import { testIdentity } from '../testing/test-identity.ts'

let server: TestServer

beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function create(document: WorkflowDocument) {
  const as = testIdentity()
  const body = { name: 'Prepared', document }
  const { id } = await server.json<Workflow>(201, '/workflows', { as, method: 'POST', body })
  return { as, path: `/workflows/${id}` }
}

/** A draft with a node that has no type. */
async function spoiled() {
  const { as, path } = await create(greeting)
  const sync = async (body: object) => server.json<SyncedDraft>(200, `${path}/draft/sync`, { as, method: 'POST', body })
  const ydoc = new Y.Doc()
  const stateVector = toBase64(Y.encodeStateVector(ydoc))
  Y.applyUpdate(ydoc, fromBase64((await sync({ stateVector })).update))
  ydoc.getMap('nodes').set('later', new Y.Map([['name', 'No type']]))
  await sync({ stateVector, update: toBase64(Y.encodeStateAsUpdate(ydoc)) })
  return { as, path, draft: await server.json<Draft>(200, `${path}/draft`, { as }) }
}

test('a draft of which something cannot be read is not published until that is removed', async () => {
  const { as, path, draft } = await spoiled()
  const message = 'Node later cannot be read: its type is missing or invalid'
  expect(draft.unreadable).toEqual([{ part: 'nodes', key: 'later', message }])
  const problem = await server.json<Problem>(422, `${path}/versions`, { as, method: 'POST', body: {} })
  expect(problem).toMatchObject({
    code: 'WORKFLOW_INVALID',
    issues: [{ path: ['nodes', 'later'], code: 'DRAFT_UNREADABLE', message, values: { part: 'nodes', key: 'later' } }],
  })
  const operations = [{ op: 'drop_unreadable', part: 'nodes', key: 'later' }]
  const repaired = await server.json<Draft>(200, `${path}/draft`, { as, method: 'PATCH', body: { operations } })
  expect(repaired).toMatchObject({ document: draft.document, repairs: [], unreadable: [] })
  await server.json(201, `${path}/versions`, { as, method: 'POST', body: {} })
})

test('the problems that prevent publishing and trying have the values of their codes', async () => {
  const set = node('greet', 'set', { values: { greeting: '{{ uper(input.text) }}' } })
  const { as, path } = await create({
    ...greeting,
    nodes: greeting.nodes.map((each) => (each.id === 'greet' ? set : each)),
  })
  const issues = [
    {
      path: ['nodes', 'greet', 'params', 'values', 'greeting'],
      code: 'EXPRESSION_FUNCTION_UNKNOWN',
      message: expect.stringContaining('uper'),
      values: { name: 'uper', meant: 'upper', param: expect.any(String) },
    },
  ]
  for (const target of ['versions', 'draft/runs']) {
    const problem = await server.json<Problem>(422, `${path}/${target}`, { as, method: 'POST', body: {} })
    expect(problem).toMatchObject({ code: 'WORKFLOW_INVALID', issues })
  }
})

test('a document that replaces the whole draft leaves nothing of it that cannot be read', async () => {
  const { as, path, draft } = await spoiled()
  const body = { document: greeting }
  const headers = { 'if-match': draft.etag }
  const replaced = await server.json<Draft>(200, `${path}/draft`, { as, method: 'PUT', body, headers })
  expect(replaced.unreadable).toEqual([])
  await server.json(201, `${path}/versions`, { as, method: 'POST', body: {} })
})
