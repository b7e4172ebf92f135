export type { Identity, Role } from '@tenon/core/api'
export { createInProcessBus } from './bus/in-process-bus.ts'
export { type ListenClient, type PostgresBusOptions, postgresBus } from './bus/postgres-bus.ts'
export type { EmitEvent, EmittedEvent } from './bus-events/emit-event.ts'
export type { DeclaredEventType, EventOptions } from './bus-events/event-types.ts'
export type { LookUpIdentity } from './connections/look-up-identity.ts'
export type { UserRef } from './connections/revocations.ts'
export type { ServerSocket } from './connections/server-socket.ts'
export type { FormOptions } from './forms/form-options.ts'
export type { DataLimits, DataLimitsOf } from './limits/data-limits.ts'
export type {
  LimitOptions,
  Rate,
  RateLimiter,
  RateLimiterSettings,
  RateName,
} from './limits/limit-options.ts'
export type { MemberDirectory } from './members/member-directory.ts'
export type { Authenticate, DatabaseOptions, WorkflowServerOptions } from './options.ts'
export type { RequestContext } from './request-context.ts'
export type { RetentionOf, RetentionOptions } from './retention/retention-options.ts'
export type { KeyRotationProgress } from './secrets/key-rotations.ts'
export type { ServerSockets } from './sockets/server-sockets-types.ts'
export type {
  DrizzleTransaction,
  HostTransaction,
  KyselyTransaction,
  PrismaTransaction,
  QueryTransaction,
} from './start-requests/host-transaction.ts'
export type { RequestedRun, RunToRequest } from './start-requests/request-run.ts'
export type { TickOptions, TickResult } from './tick/tick.ts'
export type {
  ConnectionRequest,
  ResolveConnection,
  ResolvedConnection,
  SecretManager,
  SecretRequest,
} from './vault/kept-elsewhere.ts'
export type { ProvidedConnection, ProvidedConnectionRef } from './vault/provide-connection.ts'
export type { OnEvent } from './webhook-endpoints/call-host.ts'
export { createWorker, type WorkerOptions, type WorkflowWorker } from './worker.ts'
export { createWorkflowServer } from './workflow-server.ts'
export type { WorkflowMiddleware, WorkflowServer } from './workflow-server-interface.ts'
