import { ROUTES } from '@tenon/core/api'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { checkMigration, migrateRun, migrateRuns, withdrawMigration } from '../runs/migrate-run.ts'
import { presentRun } from '../runs/present-run.ts'

export const migrationHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.checkMigration, async ({ server, resource, query }) => ({
    status: 200,
    json: await checkMigration(server, resource, query.version),
  })),

  implementRoute(ROUTES.migrateRun, async ({ server, identity, resource, body }) => {
    await migrateRun(server, identity, resource, body)
    const run = await server.reader.getRun(resource.tenantId, resource.runId)
    return { status: 200, json: await presentRun(server, run ?? resource) }
  }),

  implementRoute(ROUTES.withdrawMigration, async ({ server, identity, resource }) => {
    await withdrawMigration(server, identity, resource)
    const run = await server.reader.getRun(resource.tenantId, resource.runId)
    return { status: 200, json: await presentRun(server, run ?? resource) }
  }),

  implementRoute(ROUTES.migrateRuns, async ({ server, identity, resource, body }) => ({
    status: 200,
    json: await migrateRuns(server, identity, resource, body),
  })),
]
