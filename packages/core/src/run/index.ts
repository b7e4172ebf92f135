export type { NodeRunId, WaitId } from '../ids.ts'
export type { Actor } from './actor.ts'
export { concernsNodeRun } from './concerns-node-run.ts'
export type { Decision } from './decisions.ts'
export { attemptDurationMs, nodeRunDurationMs, runDurationMs } from './durations.ts'
export { emptyRunView, idleNodeRun, isNodeRunOpen } from './empty-view.ts'
export { type EncodedValue, encodeValue, MAX_VALUE_DEPTH, MAX_VALUE_TEXT_LENGTH } from './encode.ts'
export { type EngineChangeRefusal, type EngineChangeRequest, RUN_ENGINES, type RunEngine } from './engine-changes.ts'
export { eventClassOf, isTerminalEvent, RUN_EVENT_TYPES } from './event-class.ts'
export {
  type CallOrigin,
  callDepthOf,
  calledNodeRunIdOf,
  callOriginOf,
  decisionId,
  factId,
  iterationPathOf,
  nodeIdOf,
  nodeRunIdOf,
  observationId,
  outermostCallerOf,
} from './event-ids.ts'
export type { EventClass, EventEnvelope, RunEvent, RunEventFrame, RunEventType } from './events.ts'
export { ALL_PORTS, type Fact, type PauseRequest } from './facts.ts'
export { applyRunEvent, createRunFold, foldRunEvents, type RunFold } from './fold.ts'
export type { RunHead } from './fold-state.ts'
export { fromFrame, type LogEntry, type NodeRunEvents, toFrame } from './frame.ts'
export { HANDLER_INPUT_SAMPLE, HANDLER_INPUT_SCHEMA, type HandledEnd, type HandlerInput } from './handler-input.ts'
export {
  MIGRATION_BLOCKERS,
  type MigrateRequest,
  type MigrationBlocker,
  type MigrationBlockerKind,
  type MigrationRefusal,
  type MigrationWithdrawal,
} from './migrations.ts'
export type { Observation } from './observations.ts'
export { createPartialFold, type PartialRunFold } from './partial-fold.ts'
export { type RunPrincipal, sharedPrincipal } from './principal.ts'
export type { CancelReason, NodeCancelReason, NoRetryReason, SkipReason } from './reasons.ts'
export type { RerunFrom, RerunOf, ReusedOutcome } from './reruns.ts'
export {
  PARK_RESOLUTION_KINDS,
  type ParkedResolved,
  type ParkResolution,
  type ParkResolutionKind,
} from './resolutions.ts'
export {
  ANSWER_FORMATS,
  type AnswerFormat,
  type AnswerToCheck,
  checkRunAnswer,
  isActiveType,
  type RunAnswer,
  readRunAnswer,
  toRunAnswer,
} from './run-answer.ts'
export type { RunStartedBy, RunTrigger } from './started-by.ts'
export {
  isRunOver,
  NODE_STATUSES,
  type NodeStatus,
  RUN_FILTER_STATUSES,
  RUN_STATUSES,
  type RunFilterStatus,
  type RunStatus,
} from './status.ts'
export { MAX_INLINE_BYTES, makeValueRef, refOfEncoded, type TextDigest } from './value-ref.ts'
export type { RunFailure, ValueRef } from './values.ts'
export type {
  ApprovalView,
  AttemptView,
  CalledView,
  CallsView,
  ChildView,
  CompensationView,
  EngineChangeView,
  IterationsView,
  MigrationView,
  NodeRunView,
  ParkedResolutionView,
  ParkedView,
  PauseView,
  RunView,
  WaitView,
} from './view.ts'
export {
  type FoldedParts,
  foldViewParts,
  type LoadedParts,
  OUTER_PART,
  partsOfEntries,
  type RunReadingFrame,
  type RunViewFrame,
  type RunViewSnapshot,
  type ViewPart,
  type ViewPartAt,
  viewPartOf,
} from './view-parts.ts'
export {
  type ApprovalWait,
  type CallsWait,
  type CallToApprove,
  type ChildEnd,
  type ChildWait,
  type EventReceived,
  type IterationsWait,
  isSameVote,
  MAX_RUN_DEPTH,
  type NodeResume,
  type NodeWait,
  type RunParent,
  type StoredCall,
  type StoredCallApproval,
  type StoredCallPolicy,
  type StoredVote,
} from './waits.ts'
