import { ROUTES } from '@tenon/core/api'
import { implementRoute, type RouteImplementation } from '../http/route-handler.ts'
import { changeEngine, changeEngines } from '../runs/change-engine.ts'
import { presentRun } from '../runs/present-run.ts'

export const engineHandlers: readonly RouteImplementation[] = [
  implementRoute(ROUTES.changeEngine, async ({ server, identity, resource, body }) => {
    await changeEngine(server, identity, resource, body)
    const run = await server.reader.getRun(resource.tenantId, resource.runId)
    return { status: 200, json: await presentRun(server, run ?? resource) }
  }),

  implementRoute(ROUTES.changeEngines, async ({ server, identity, resource, body }) => ({
    status: 200,
    json: await changeEngines(server, identity, resource, body),
  })),
]
