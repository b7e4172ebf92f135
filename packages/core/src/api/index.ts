export { createOpenApiDocument, errorCodesOf, NOT_FOUND, type OpenApiOptions } from './openapi.ts'
export { PERMISSIONS, type Permission, roleAllows } from './permissions.ts'
export {
  RESOURCE_KINDS,
  type ResourceKind,
  ROUTE_METHODS,
  type RouteDefinition,
  type RouteHeader,
  type RouteMethod,
  type RouteResponse,
} from './route.ts'
export { ROUTES, type RouteId, type RouteTable } from './route-table.ts'
export { versionNameSchema } from './schemas/run.ts'
export {
  type Approval,
  type CreateWorkflow,
  type DecideApproval,
  type Draft,
  type Identity,
  type IsoInstant,
  type Ledger,
  type LedgerEntry,
  type Me,
  type Page,
  type PatchDraft,
  type PublishVersion,
  type PutDraft,
  ROLES,
  type Role,
  type Run,
  type RunFilter,
  type RunSummary,
  type SocketTicket,
  type StartedRun,
  type StartRun,
  type TryDraft,
  type UpdateWorkflow,
  type Version,
  type VersionWithDocument,
  type Workflow,
} from './types.ts'
