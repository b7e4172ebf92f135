export { checkRunLimits, type RunLimitsOf } from './admission/check-run-limits.ts'
export type { VoteRequest } from './approvals/decide.ts'
export { withCredentials } from './attempts/with-credentials.ts'
export { BUS_RESTORED_TOPIC, type Bus, type BusMessage, changesTopic, publishChange, runTopic } from './bus.ts'
export type { ChangeEngineRequest } from './change-engine/request-engine-change.ts'
export { type CallbackRef, callbackProof } from './commit/callback-placeholder.ts'
export { approvalIdOf } from './commit/effects.ts'
export { createInlineInputReader, type InlineInputs, type OpenInlineInputs } from './commit/inline-inputs.ts'
export { createDataTables, type DataTables, type DataTablesDeps } from './data-tables/data-tables.ts'
export type { StoredKeyValue } from './data-tables/key-values.ts'
export type { RowPosition, RowSelection, StoredRow } from './data-tables/row-query.ts'
export type { DataTableLimits, ResolvedDataTableLimits } from './data-tables/table-limits.ts'
export type { DataTableChange, NewDataTable, StoredDataTable } from './data-tables/table-rows.ts'
export type {
  CancelResult,
  ChangeEngineResult,
  DecideResult,
  Engine,
  EngineDeps,
  EngineFactory,
  MigrateResult,
  PauseResult,
  PauseStartsResult,
  ResolveParkedResult,
  RuntimeLog,
  StartedRunRow,
  StartRunRequest,
  TickWorker,
  TransactionHook,
  WithdrawResult,
} from './engine.ts'
export { embeddedEngine } from './engines/embedded/embedded-engine.ts'
export type { EmbeddedEngineOptions } from './engines/embedded/embedded-options.ts'
export { type TwoEnginesOptions, twoEngines } from './engines/pair/two-engines.ts'
export type { EventRequest, SendEventResult } from './events/send-event.ts'
export type { FileLimits, FileOptions, FileScan, FileToScan } from './files/file-options.ts'
export type { StoredFile } from './files/file-rows.ts'
export {
  type ByteRange,
  createFiles,
  type Files,
  type FilesDeps,
  type FindFileType,
  type NewFile,
} from './files/files.ts'
export type { MigrateRunRequest } from './migrate/request-migration.ts'
export {
  type BudgetQuestion,
  createModelLedger,
  type ModelBudgetsOf,
  type ModelLedger,
  type ModelLedgerDeps,
  type MonthSpend,
} from './models/model-ledger.ts'
export type { ResolveParkedRequest } from './park/resolve-parked.ts'
export type { PayloadObject, PayloadStore } from './payloads/payload-store.ts'
export { type S3PayloadStoreOptions, s3PayloadStore } from './payloads/s3-payload-store.ts'
export type { RuntimeDatabase, RuntimeTables } from './postgres/tables.ts'
export { type PreparedRerun, prepareRerun, type RerunStart } from './rerun/prepare-rerun.ts'
export {
  type BackgroundDeletions,
  createBackgroundDeletions,
  type DeleteRunDeps,
  deleteRun,
} from './retention/delete-run.ts'
export type { PlanRetention } from './retention/sweep-plans.ts'
export type { ExpiredRun, Retention, RetentionPolicy } from './retention/sweep-tenant.ts'
export { checkRunInput, firstTrigger, inputSchemaOf } from './run-input.ts'
export type {
  RunObstacle,
  RunReader,
  RunsToChangeEngineFilter,
  StoredPause,
  StoredRun,
  StoredUsage,
  StoredWaitingRun,
} from './run-store.ts'
export type { OpenConnection, ReconnectNeeded, RequestPace, SecretReader } from './secret-reader.ts'
export { type ListCursor, readCursor, writeCursor } from './store/cursor.ts'
export type { DeleteRunResult } from './store/delete-tree.ts'
export type { EventTarget } from './store/match-key.ts'
export { findObstacles, findRunObstacles } from './store/obstacles.ts'
export type { RefusedWait } from './store/put-event.ts'
export type { RunLimits, TenantRate } from './store/run-limits.ts'
export { postgresRunReader } from './store/run-reader.ts'
export type { RunRef } from './store/run-ref.ts'
export { newRunId } from './store/run-ref.ts'
export { type RunLogCheck, verifyRunLog } from './store/verify-run-log.ts'
export type {
  EventWaitFilter,
  PageRequest,
  ParkedFilter,
  StoredEventWait,
  StoredParked,
  StoredParkedGroup,
  StoredWait,
} from './stored-waits.ts'
