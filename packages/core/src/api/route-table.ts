import { approvalRoutes } from './routes/approval-routes.ts'
import { changeRoutes } from './routes/change-routes.ts'
import { connectionRoutes } from './routes/connection-routes.ts'
import { dataTableRoutes } from './routes/data-table-routes.ts'
import { draftRoutes } from './routes/draft-routes.ts'
import { engineRoutes } from './routes/engine-routes.ts'
import { eventRoutes } from './routes/event-routes.ts'
import { fileRoutes } from './routes/file-routes.ts'
import { memberRoutes } from './routes/member-routes.ts'
import { migrationRoutes } from './routes/migration-routes.ts'
import { parkedRoutes } from './routes/parked-routes.ts'
import { rolloutRoutes } from './routes/rollout-routes.ts'
import { runRoutes } from './routes/run-routes.ts'
import { serviceRoutes } from './routes/service-routes.ts'
import { tenantRoutes } from './routes/tenant-routes.ts'
import { toolRoutes } from './routes/tool-routes.ts'
import { triggerRoutes } from './routes/trigger-routes.ts'
import { versionRoutes } from './routes/version-routes.ts'
import { webhookRoutes } from './routes/webhook-routes.ts'
import { workflowRoutes } from './routes/workflow-routes.ts'

/** Every route of the API by its id. The server serves these routes only. */
export const ROUTES = {
  ...workflowRoutes,
  ...draftRoutes,
  ...versionRoutes,
  ...rolloutRoutes,
  ...runRoutes,
  ...migrationRoutes,
  ...engineRoutes,
  ...approvalRoutes,
  ...parkedRoutes,
  ...eventRoutes,
  ...changeRoutes,
  ...memberRoutes,
  ...connectionRoutes,
  ...triggerRoutes,
  ...toolRoutes,
  ...fileRoutes,
  ...webhookRoutes,
  ...dataTableRoutes,
  ...tenantRoutes,
  ...serviceRoutes,
} as const

/** The type of {@link ROUTES}, for code that is typed by the requests and responses of routes. */
export type RouteTable = typeof ROUTES
/** Names one route, as `operationId` does in the OpenAPI document: `startRun`. */
export type RouteId = keyof RouteTable
