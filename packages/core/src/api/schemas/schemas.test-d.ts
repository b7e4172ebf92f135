import type { z } from 'zod'
import type { DocumentOperation } from '../../document/operation.ts'
import type { SecretMarker } from '../../document/secret-marker.ts'
import type { WorkflowDocument } from '../../document/types.ts'
import type { Problem } from '../../errors/problem.ts'
import type { NodeManifest } from '../../node/definition.ts'
import type { MigratedRuns, MigrateRun, MigrateRuns, MigrationCheck, MigrationRefusedRun } from '../migration-types.ts'
import type { Rollout, StartRollout } from '../rollout-types.ts'
import type {
  Ledger,
  LedgerEntry,
  RerunRun,
  Run,
  RunSummary,
  StartedRun,
  StartRun,
  TryDraft,
  WaitingRuns,
} from '../run-types.ts'
import type { CheckedSubWorkflows, CheckSubWorkflows } from '../sub-workflow-types.ts'
import type {
  Approval,
  Change,
  CreateWorkflow,
  DecideApproval,
  Draft,
  Me,
  MemberList,
  PatchDraft,
  PublishVersion,
  PutDraft,
  SetSecret,
  SocketTicket,
  UpdateWorkflow,
  Version,
  VersionWithDocument,
  Workflow,
} from '../types.ts'
import type { Usage } from '../usage-types.ts'
import type {
  CreateWebhookEndpoint,
  UpdateWebhookEndpoint,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookEndpoint,
  WebhookSecret,
} from '../webhook-endpoint-types.ts'
import type { WebhookEventDataByType } from '../webhook-event-types.ts'
import type { approvalSchema, decideApprovalSchema } from './approval.ts'
import type { workflowDocumentSchema } from './document.ts'
import type { memberListSchema } from './member.ts'
import type {
  migratedRunsSchema,
  migrateRunSchema,
  migrateRunsSchema,
  migrationCheckSchema,
  migrationRefusedRunSchema,
} from './migration.ts'
import type { documentOperationSchema } from './operation.ts'
import type { rolloutSchema, startRolloutSchema } from './rollout.ts'
import type {
  ledgerEntrySchema,
  ledgerSchema,
  rerunRunSchema,
  runSchema,
  runSummarySchema,
  startedRunSchema,
  startRunSchema,
  tryDraftSchema,
  waitingRunsSchema,
} from './run.ts'
import type { changeFrameSchema, meSchema, nodeManifestSchema, problemSchema, socketTicketSchema } from './service.ts'
import type { usageSchema } from './usage.ts'
import type {
  createWebhookEndpointSchema,
  updateWebhookEndpointSchema,
  webhookDeliveryDetailsSchema,
  webhookDeliverySchema,
  webhookEndpointSchema,
  webhookSecretSchema,
} from './webhook-endpoint.ts'
import type { webhookEventData } from './webhook-event.ts'
import type {
  checkedSubWorkflowsSchema,
  checkSubWorkflowsSchema,
  createWorkflowSchema,
  draftSchema,
  patchDraftSchema,
  publishVersionSchema,
  putDraftSchema,
  secretMarkerSchema,
  setSecretSchema,
  updateWorkflowSchema,
  versionSchema,
  versionWithDocumentSchema,
  workflowSchema,
} from './workflow.ts'

/** Checks that the output of a schema and the wire type are the same type. */
type Same<Schema extends z.ZodType, Wire> = [z.output<Schema>] extends [Wire]
  ? [Wire] extends [z.output<Schema>]
    ? [keyof z.output<Schema>] extends [keyof Wire]
      ? true
      : 'the schema has more keys'
    : 'a wire value does not fit the schema'
  : 'the schema gives more than the wire type'

const same = <_Answer extends true>(): void => undefined

same<Same<typeof workflowSchema, Workflow>>()
same<Same<typeof createWorkflowSchema, CreateWorkflow>>()
same<Same<typeof updateWorkflowSchema, UpdateWorkflow>>()
same<Same<typeof workflowDocumentSchema, WorkflowDocument>>()
same<Same<typeof documentOperationSchema, DocumentOperation>>()
same<Same<typeof draftSchema, Draft>>()
same<Same<typeof patchDraftSchema, PatchDraft>>()
same<Same<typeof putDraftSchema, PutDraft>>()
same<Same<typeof setSecretSchema, SetSecret>>()
same<Same<typeof secretMarkerSchema, SecretMarker>>()
same<Same<typeof publishVersionSchema, PublishVersion>>()
same<Same<typeof rolloutSchema, Rollout>>()
same<Same<typeof startRolloutSchema, StartRollout>>()
same<Same<typeof migrationRefusedRunSchema, MigrationRefusedRun>>()
same<Same<typeof versionSchema, Version>>()
same<Same<typeof versionWithDocumentSchema, VersionWithDocument>>()
same<Same<typeof startRunSchema, StartRun>>()
same<Same<typeof rerunRunSchema, RerunRun>>()
same<Same<typeof migrateRunSchema, MigrateRun>>()
same<Same<typeof migrateRunsSchema, MigrateRuns>>()
same<Same<typeof migratedRunsSchema, MigratedRuns>>()
same<Same<typeof migrationCheckSchema, MigrationCheck>>()
same<Same<typeof usageSchema, Usage>>()
same<Same<typeof tryDraftSchema, TryDraft>>()
same<Same<typeof startedRunSchema, StartedRun>>()
same<Same<typeof runSchema, Run>>()
same<Same<typeof runSummarySchema, RunSummary>>()
same<Same<typeof ledgerEntrySchema, LedgerEntry>>()
same<Same<typeof ledgerSchema, Ledger>>()
same<Same<typeof waitingRunsSchema, WaitingRuns>>()
same<Same<typeof approvalSchema, Approval>>()
same<Same<typeof decideApprovalSchema, DecideApproval>>()
same<Same<typeof changeFrameSchema, Change | { readonly kind: 'heartbeat' }>>()
same<Same<typeof meSchema, Me>>()
same<Same<typeof memberListSchema, MemberList>>()
same<Same<typeof socketTicketSchema, SocketTicket>>()
same<Same<typeof nodeManifestSchema, NodeManifest>>()
same<Same<typeof problemSchema, Problem>>()
same<Same<typeof checkSubWorkflowsSchema, CheckSubWorkflows>>()
same<Same<typeof checkedSubWorkflowsSchema, CheckedSubWorkflows>>()
same<Same<typeof createWebhookEndpointSchema, CreateWebhookEndpoint>>()
same<Same<typeof updateWebhookEndpointSchema, UpdateWebhookEndpoint>>()
same<Same<typeof webhookDeliveryDetailsSchema, WebhookDeliveryDetails>>()
same<Same<typeof webhookDeliverySchema, WebhookDelivery>>()
same<Same<typeof webhookEndpointSchema, WebhookEndpoint>>()
same<Same<typeof webhookSecretSchema, WebhookSecret>>()
type WebhookEventData = {
  readonly [Type in keyof typeof webhookEventData]: z.output<(typeof webhookEventData)[Type]>
}
same<WebhookEventData extends WebhookEventDataByType ? true : 'the schemas give other data'>()
same<WebhookEventDataByType extends WebhookEventData ? true : 'the data does not fit the schemas'>()

// @ts-expect-error a run summary has no output, so it is no run
same<Same<typeof runSummarySchema, Run>>()
// @ts-expect-error a run has an output, so it is more than a summary
same<Same<typeof runSchema, RunSummary>>()
