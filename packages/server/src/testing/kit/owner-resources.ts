import type {
  Approval,
  ConnectionInfo,
  DataRow,
  DataTable,
  FileInfo,
  Identity,
  Page,
  ParkedNodeRun,
  WebhookDelivery,
  WebhookEndpoint,
} from '@tenon/core/api'
import type { IsolationIds } from '../tenant-isolation.ts'
import { asking, parking, publish, runToEnd, withWebhook } from './sample-workflows.ts'
import type { TestServer } from './test-server.ts'

/** One of everything that a route can ask for. */
export async function makeOwnerResources(server: TestServer, as: Identity): Promise<IsolationIds> {
  const workflowId = await publish(server, as, withWebhook(asking()))
  const run = await runToEnd(server, as, workflowId, {}, (candidate) => candidate.status === 'waiting')
  const { items } = await server.json<Page<Approval>>(200, `/approvals?runId=${run.runId}`, { as })
  const failing = await publish(server, as, parking({ fail: 'no' }))
  const failed = await runToEnd(server, as, failing, {}, (candidate) => candidate.status === 'waiting')
  const parked = await server.json<Page<ParkedNodeRun>>(200, `/parked?runId=${failed.runId}`, { as })
  const [approvalId = '', parkedId = ''] = [items[0]?.approvalId, parked.items[0]?.parkedId]
  const connectionId = await makeConnection(server, as)
  const fileId = await makeFile(server, as)
  const table = await makeTable(server, as)
  const ids = { workflowId, version: '1', runId: run.runId, approvalId, parkedId, connectionId, fileId, nodeId: 'hook' }
  const endpointId = await makeEndpoint(server, as)
  const path = `/webhook-endpoints/${endpointId}/test`
  const admin = { ...as, role: 'admin' } as const
  const { id: deliveryId } = await server.json<WebhookDelivery>(200, path, { as: admin, method: 'POST' })
  return { ...ids, ...table, endpointId, deliveryId }
}

/** Creates a connection, and returns its id; the server needs a key provider. */
export async function makeConnection(server: TestServer, as: Identity): Promise<string> {
  const body = {
    ...{ connector: 'basic', name: 'CRM', values: { username: 'ada' }, secrets: { password: 'never sent' } },
    allowedHosts: ['api.example.com'],
  }
  return (await server.json<ConnectionInfo>(201, '/connections', { as, method: 'POST', body })).id
}

/** Creates an endpoint as an admin, which receives nothing, and returns its id; the server needs a key provider. */
export async function makeEndpoint(server: TestServer, as: Identity): Promise<string> {
  const admin = { ...as, role: 'admin' } as const
  const body = { url: 'http://127.0.0.1:9/never', eventTypes: ['endpoint.test'] }
  return (await server.json<WebhookEndpoint>(201, '/webhook-endpoints', { as: admin, method: 'POST', body })).id
}

/** Uploads a file, and returns its id. */
export async function makeFile(server: TestServer, as: Identity): Promise<string> {
  const headers = { 'content-type': 'application/octet-stream' }
  const request = { as, method: 'POST', body: 'a,b', headers }
  return (await server.json<FileInfo>(201, '/files?name=orders.csv&type=text/csv', request)).ref.file
}

/** Creates a data table with one row, and returns the ids of both. */
export async function makeTable(
  server: TestServer,
  as: Identity,
): Promise<{ readonly tableId: string; readonly rowId: string }> {
  const columns = [{ name: 'email', type: 'text', isRequired: true }]
  const body = { name: `Customers ${crypto.randomUUID()}`, columns, keyColumn: 'email' }
  const { id: tableId } = await server.json<DataTable>(201, '/data-tables', { as, method: 'POST', body })
  const row = { as, method: 'POST', body: { values: { email: 'ada@example.com' } } }
  const { id } = await server.json<DataRow>(201, `/data-tables/${tableId}/rows`, row)
  return { tableId, rowId: String(id) }
}
