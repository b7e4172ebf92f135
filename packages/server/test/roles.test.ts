import { ROLES, ROUTES, type Role, type RouteDefinition, roleAllows } from '@tenon/core/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  makeConnection,
  makeEndpoint,
  makeFile,
  makeOwnerResources,
  makeTable,
} from '../src/testing/kit/owner-resources.ts'
import { plainKeys } from '../src/testing/kit/plain-keys.ts'
import { greeting, publish } from '../src/testing/kit/sample-workflows.ts'
import { nodesWithWebhook } from '../src/testing/kit/test-nodes.ts'
import { openTestServer, type TestServer } from '../src/testing/kit/test-server.ts'
import type { IsolationIds } from '../src/testing/tenant-isolation.ts'
import { testIdentity } from '../src/testing/test-identity.ts'

let server: TestServer
let ids: IsolationIds
const owner = testIdentity({ role: 'admin' })

beforeAll(async () => {
  server = await openTestServer({ nodes: nodesWithWebhook, keyProvider: plainKeys })
  ids = await makeOwnerResources(server, owner)
})
afterAll(() => server.close())

const routes = (Object.values(ROUTES) as readonly RouteDefinition[]).filter(
  (route) => route.method !== 'WS' && !route.path.includes('{token}'),
)
const matrix = routes.flatMap((route) => ROLES.map((role) => ({ route, role, title: `${role} ${route.id}` })))

function pathOf(route: RouteDefinition, own: Partial<IsolationIds> = {}): string {
  const all = { ...ids, ...own }
  const params: Record<string, string> = { ...all, id: all.workflowId, lookup: 'channels' }
  return route.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => params[name] ?? name)
}

/** Answers to an allowed caller of routes without a body that do not read. The run of the sample is open. */
const ANSWERS: Readonly<Record<string, number>> = {
  deleteWorkflow: 204,
  deleteConnection: 204,
  deleteFile: 204,
  deleteWebhookEndpoint: 204,
  replayWebhookDelivery: 202,
  replayFailedDeliveries: 202,
  deleteDataTable: 204,
  deleteDataRow: 204,
  // It names a key in its query.
  deleteKeyValue: 422,
  // It takes bytes, and no JSON.
  uploadFile: 415,
  authorizeConnection: 422,
  // The connector of the sample lists nothing.
  lookUpConnection: 404,
  deleteRun: 409,
  checkMigration: 422,
  withdrawMigration: 409,
}

/** Routes for the owner of a connection and admins. */
const OWNED: ReadonlySet<string> = new Set([
  'updateConnection',
  'deleteConnection',
  'authorizeConnection',
  'finishAuthorization',
])

/** A body that no route takes: a caller who may call gets past the role and no further, so nothing changes. */
const refusedBody = '{"surprise":1}'

function isAllowed(route: RouteDefinition, role: Role): boolean {
  if (route.permission === 'public') return true
  // The sample's approval names no user, so every admin and editor is an approver.
  if (route.id === 'decideApproval') return role !== 'viewer'
  // That of the sample belongs to an admin, so no editor may change it.
  if (OWNED.has(route.id)) return role === 'admin'
  return roleAllows(role, route.permission)
}

describe('roles', () => {
  test.each(matrix)('$title', async ({ route, role }) => {
    // What one case deletes no other may need.
    const workflowId = route.id === 'deleteWorkflow' ? await publish(server, owner, greeting) : ids.workflowId
    const connectionId = route.id === 'deleteConnection' ? await makeConnection(server, owner) : ids.connectionId
    const fileId = route.id === 'deleteFile' ? await makeFile(server, owner) : ids.fileId
    const endpointId = route.id === 'deleteWebhookEndpoint' ? await makeEndpoint(server, owner) : ids.endpointId
    const deletesTable = route.id === 'deleteDataTable' || route.id === 'deleteDataRow'
    const table = deletesTable ? await makeTable(server, owner) : {}
    const response = await server.call(pathOf(route, { workflowId, connectionId, fileId, endpointId, ...table }), {
      as: testIdentity({ tenantId: owner.tenantId, role }),
      method: route.method,
      ...(route.body === null ? {} : { body: refusedBody }),
    })
    await response.body?.cancel()
    if (!isAllowed(route, role)) expect(response.status).toBe(403)
    else expect(response.status).toBe(ANSWERS[route.id] ?? (route.body === null ? 200 : 422))
  })

  test.each(routes.filter((route) => route.permission !== 'public'))(
    '$id refuses a caller without credentials',
    async (route) => {
      const response = await server.call(pathOf(route), {
        method: route.method,
        ...(route.body === null ? {} : { body: refusedBody }),
      })
      expect(response.status).toBe(401)
    },
  )
})
