export {
  type Actor,
  ALL_PORTS,
  type CancelReason,
  type Decision,
  type EventClass,
  type EventEnvelope,
  type Fact,
  type Observation,
  type RunEvent,
  type RunEventFrame,
  type RunEventType,
  type SkipReason,
} from './events.ts'
export { isRunOver, NODE_STATUSES, type NodeStatus, RUN_STATUSES, type RunStatus } from './status.ts'
export type { RunFailure, ValueRef } from './values.ts'
export type { ApprovalView, AttemptView, NodeRunView, RunView } from './view.ts'
