export type { NodeRunId, WaitId } from '../ids.ts'
export { MAX_RUN_DEPTH } from './depth.ts'
export { attemptDurationMs, nodeRunDurationMs, runDurationMs } from './durations.ts'
export { emptyRunView, idleNodeRun, isNodeRunOpen } from './empty-view.ts'
export { type EncodedValue, encodeValue, MAX_VALUE_DEPTH, MAX_VALUE_TEXT_LENGTH } from './encode.ts'
export { eventClassOf, isTerminalEvent, RUN_EVENT_TYPES } from './event-class.ts'
export { decisionId, factId, iterationPathOf, nodeIdOf, nodeRunIdOf, observationId } from './event-ids.ts'
export {
  type Actor,
  ALL_PORTS,
  type CancelReason,
  type ChildEnd,
  type ChildWait,
  type Decision,
  type EventClass,
  type EventEnvelope,
  type Fact,
  type IterationsWait,
  type NodeCancelReason,
  type NodeResume,
  type NodeWait,
  type Observation,
  PARK_RESOLUTION_KINDS,
  type ParkedResolved,
  type ParkResolution,
  type ParkResolutionKind,
  type PauseRequest,
  type RunEvent,
  type RunEventFrame,
  type RunEventType,
  type RunParent,
  type SkipReason,
} from './events.ts'
export { applyRunEvent, createRunFold, foldRunEvents, type RunFold } from './fold.ts'
export { fromFrame, type LogEntry, toFrame } from './frame.ts'
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
  ChildView,
  IterationsView,
  NodeRunView,
  ParkedResolutionView,
  ParkedView,
  PauseView,
  RunView,
} from './view.ts'
