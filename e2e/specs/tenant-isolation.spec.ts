import { node, workflow } from '@tenon/core/testing'
import { findTenantLeaks, type IsolationIds, isolationRoutes } from '@tenon/server/testing'
import { WebSocket } from 'ws'
import { ACME, clientFor, GLOBEX, tokenFor } from '../fixtures/people.ts'
import { createConnection, parkNode, waitForApproval } from '../fixtures/runs.ts'
import { expect, test } from '../fixtures/test.ts'

const ASKING = workflow(
  [
    node('start', 'start'),
    node('ask', 'approval', { title: 'May it go on?' }),
    node('hook', 'webhook', { signature: 'none' }),
    node('end', 'end', { outcome: 'done' }),
  ],
  ['start>ask', 'hook>ask', 'ask:approve>end', 'ask:reject>end', 'ask:timeout>end'],
)

for (const userId of Object.values(GLOBEX)) {
  test(`${userId} of another tenant gets 404 for every id, on every route and socket`, async ({ host }) => {
    expect(await findTenantLeaks(await targetOf(host.url, userId, await idsOf(host.url)))).toEqual([])
  })
}

test('the same questions from the owner are answered, so that the check would find a leak', async ({ host }) => {
  const leaks = await findTenantLeaks(await targetOf(host.url, ACME.admin, await idsOf(host.url)))
  const open = new Set(leaks.map(({ route }) => route))
  expect(isolationRoutes.length).toBeGreaterThan(15)
  expect(isolationRoutes.map(({ id }) => id).filter((id) => !open.has(id))).toEqual([])
})

/** One of everything that a route can ask for. */
async function idsOf(url: string): Promise<IsolationIds> {
  const client = clientFor(url, ACME.admin)
  const { id: workflowId } = await client.workflows.create({ name: 'Asks a person', document: ASKING })
  await client.versions.publish(workflowId)
  const { runId } = await client.runs.start(workflowId, { input: {} })
  const { approvalId } = await waitForApproval(client, runId)
  const { id: connectionId } = await createConnection(client)
  const parkedId = await parkNode(client)
  const { ref } = await client.files.upload(new TextEncoder().encode('a,b'), { name: 'a.csv', type: 'text/csv' })
  const fileId = ref.file
  const columns = [{ name: 'email', type: 'text', isRequired: true }] as const
  const { id: tableId } = await client.dataTables.create({ name: `Customers ${runId}`, columns })
  const row = await client.dataTables.addRow(tableId, { email: 'ada@example.com' })
  const { id: endpointId } = await client.webhooks.create({
    url: 'http://127.0.0.1:9/never',
    eventTypes: ['endpoint.test'],
  })
  const { id: deliveryId } = await client.webhooks.test(endpointId)
  const ids = { workflowId, version: '1', runId, approvalId, parkedId, connectionId, fileId, nodeId: 'hook' }
  return { ...ids, endpointId, deliveryId, tableId, rowId: String(row.id) }
}

async function targetOf(url: string, userId: string, ids: IsolationIds) {
  const authorization = `Bearer ${await tokenFor(url, userId)}`
  return {
    baseUrl: url,
    ids,
    fetchAsStranger: (request: Request) => {
      const headers = new Headers(request.headers)
      headers.set('authorization', authorization)
      return fetch(new Request(request, { headers }))
    },
    closeCodeAsStranger: async (socketUrl: string) => {
      const { ticket } = await clientFor(url, userId).sockets.ticket()
      return firstCloseOf(`${socketUrl}?ticket=${ticket}`)
    },
  }
}

/** The code with which a server closes, or 1000 when it lets the caller in. */
function firstCloseOf(url: string): Promise<number> {
  const socket = new WebSocket(url)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', resolve)
    socket.once('message', () => socket.close(1000))
  })
}
