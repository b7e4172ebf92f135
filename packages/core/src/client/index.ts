export type {
  Approval,
  CreateWorkflow,
  DecideApproval,
  Draft,
  Ledger,
  LedgerEntry,
  Me,
  Page,
  PublishVersion,
  Run,
  RunFilter,
  RunSummary,
  StartedRun,
  StartRun,
  TryDraft,
  Version,
  VersionWithDocument,
  Workflow,
} from '../api/types.ts'
export { createTenonClient } from './create-client.ts'
export type { RequestOptions, RunStreamOptions, StreamState, TenonClient, TenonClientOptions } from './types.ts'
