import type { RouteImplementation } from '../http/route-handler.ts'
import { approvalHandlers } from './approval-handlers.ts'
import { changeHandlers } from './change-handlers.ts'
import { connectionHandlers } from './connection-handlers.ts'
import { dataTableHandlers } from './data-table-handlers.ts'
import { draftHandlers } from './draft-handlers.ts'
import { engineHandlers } from './engine-handlers.ts'
import { eventHandlers } from './event-handlers.ts'
import { fileHandlers } from './file-handlers.ts'
import { formHandlers } from './form-handlers.ts'
import { memberHandlers } from './member-handlers.ts'
import { migrationHandlers } from './migration-handlers.ts'
import { parkedHandlers } from './parked-handlers.ts'
import { rolloutHandlers } from './rollout-handlers.ts'
import { runHandlers } from './run-handlers.ts'
import { serviceHandlers } from './service-handlers.ts'
import { tenantHandlers } from './tenant-handlers.ts'
import { toolHandlers } from './tool-handlers.ts'
import { triggerHandlers } from './trigger-handlers.ts'
import { versionHandlers } from './version-handlers.ts'
import { webhookHandlers } from './webhook-handlers.ts'
import { workflowHandlers } from './workflow-handlers.ts'

/** Every HTTP route of the table with the code that answers it. */
export const routeHandlers: readonly RouteImplementation[] = [
  ...workflowHandlers,
  ...draftHandlers,
  ...versionHandlers,
  ...rolloutHandlers,
  ...runHandlers,
  ...migrationHandlers,
  ...engineHandlers,
  ...approvalHandlers,
  ...parkedHandlers,
  ...eventHandlers,
  ...changeHandlers,
  ...memberHandlers,
  ...connectionHandlers,
  ...triggerHandlers,
  ...toolHandlers,
  ...formHandlers,
  ...fileHandlers,
  ...webhookHandlers,
  ...dataTableHandlers,
  ...tenantHandlers,
  ...serviceHandlers,
]
