export type {
  ConnectionAuthorization,
  ConnectionInfo,
  ConnectionSharing,
  ConnectionStatus,
  ConnectionTest,
  ConnectionUse,
  ConnectorInfo,
  ConnectorList,
  CreateConnection,
  FinishAuthorization,
  SetSecretField,
  UpdateConnection,
} from '../api/connection-types.ts'
export type {
  CreateDataTable,
  DataRow,
  DataTable,
  KeyValueEntry,
  ListDataRows,
  UpdateDataRow,
  UpdateDataTable,
} from '../api/data-table-types.ts'
export type { ChangedEngines, ChangeEngine, ChangeEngines, EngineRefusedRun } from '../api/engine-types.ts'
export type {
  EventRefusal,
  EventType,
  EventTypes,
  EventWait,
  ListedEvent,
  ReceivedEvent,
  SendEvent,
  SentEvent,
  StartRequest,
  StartRequestState,
} from '../api/event-types.ts'
export type { FileInfo, FileLink } from '../api/file-types.ts'
export type {
  MigratedRuns,
  MigrateRun,
  MigrateRuns,
  MigrationCheck,
  MigrationObstacle,
  MigrationRefusedRun,
} from '../api/migration-types.ts'
export type {
  NodeRunRef,
  ParkedGroup,
  ParkedNodeRun,
  ParkedRefusal,
  ParkedResolution,
  ResolutionRequest,
  ResolvedParkedGroup,
  ResolveParked,
  ResolveParkedGroup,
} from '../api/parked-types.ts'
export type {
  Canary,
  CanaryState,
  Rollout,
  RolloutProgress,
  RolloutRefusal,
  RolloutRuns,
  RolloutStatus,
  StartRollout,
} from '../api/rollout-types.ts'
export type {
  ActiveRunState,
  CanceledRunState,
  CompletedRunState,
  FailedRunState,
  Ledger,
  LedgerEntry,
  QueuedRunState,
  QueueReason,
  RerunRun,
  Run,
  RunFields,
  RunFilter,
  RunHealth,
  RunQueue,
  RunState,
  RunSummary,
  StartedRun,
  StartRun,
  TryDraft,
  UnfinishedRun,
  WaitingRun,
  WaitingRuns,
} from '../api/run-types.ts'
export type { CheckedSubWorkflows, CheckSubWorkflows, SubWorkflowCall } from '../api/sub-workflow-types.ts'
export type {
  Backfill,
  BackfilledTime,
  BackfillResult,
  PolledItemPreview,
  PollPreview,
  PollState,
  SchedulePreview,
  ScheduleState,
  ScheduleTime,
  Trigger,
  TriggerEvent,
  TriggerOutcome,
  TriggerTest,
} from '../api/trigger-types.ts'
export type {
  Approval,
  ApprovalCall,
  ApprovalVote,
  Change,
  CreateWorkflow,
  DecideApproval,
  Draft,
  Me,
  Member,
  MemberList,
  Page,
  Pause,
  PausedWorkflow,
  PauseWorkflow,
  PublishVersion,
  TenantState,
  Version,
  VersionWithDocument,
  Workflow,
} from '../api/types.ts'
export type { Usage } from '../api/usage-types.ts'
export type {
  CreateWebhookEndpoint,
  UpdateWebhookEndpoint,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookDeliveryState,
  WebhookEndpoint,
  WebhookSecret,
} from '../api/webhook-endpoint-types.ts'
export type { WebhookEventType } from '../api/webhook-event-types.ts'
export type { DataTablesClient, KeyValuesClient } from './data-client.ts'
export { everyItem } from './every-item.ts'
export type { FilesClient, UploadContent, UploadOptions } from './files-client.ts'
export type {
  RequestOptions,
  RunStreamOptions,
  StartedStreamOptions,
  StreamSocket,
  StreamState,
  TenonClientOptions,
  WebSocketConstructor,
} from './options.ts'
export { createTenonClient } from './tenon-client.ts'
export type { TenonClient } from './types.ts'
