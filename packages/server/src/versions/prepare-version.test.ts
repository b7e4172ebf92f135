import type { SyncedDraft, Workflow } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import type { Problem } from '@tenon/core/errors'
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

test('a draft of which something cannot be read is not published, and the refusal names it', async () => {
  const { as, path } = await create(greeting)
  const sync = async (body: object) => server.json<SyncedDraft>(200, `${path}/draft/sync`, { as, method: 'POST', body })
  const ydoc = new Y.Doc()
  const stateVector = toBase64(Y.encodeStateVector(ydoc))
  Y.applyUpdate(ydoc, fromBase64((await sync({ stateVector })).update))
  ydoc.getMap('nodes').set('later', new Y.Map([['name', 'No type']]))
  await sync({ stateVector, update: toBase64(Y.encodeStateAsUpdate(ydoc)) })

  const problem = await server.json<Problem>(422, `${path}/versions`, { as, method: 'POST', body: {} })
  expect(problem).toMatchObject({
    code: 'WORKFLOW_INVALID',
    issues: [{ code: 'DRAFT_UNREADABLE', message: 'Node later left out: it has no type' }],
  })
})
