import type { NodeId, NodeRunId, WaitId } from '../ids.ts'
import type { Vote, WaitFor } from '../node/implementation.ts'
import type { NodeStatus, RunStatus } from './status.ts'
import type { RunFailure, ValueRef } from './values.ts'

/**
 * One attempt of a node run as the log tells it. Instants are milliseconds since the Unix epoch; `attempt` and `pass`
 * are 1-based.
 */
export interface AttemptView {
  readonly attempt: number
  readonly pass: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly how: 'running' | 'success' | 'failed' | 'lost' | 'canceled' | 'waiting'
  readonly error: RunFailure | null
}

/** One node run as the log tells it. */
export interface NodeRunView {
  readonly nodeRunId: NodeRunId
  readonly nodeId: NodeId
  readonly status: NodeStatus
  /** Last attempt, 1-based; 0 before the first. */
  readonly attempt: number
  readonly scheduledAt: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly attempts: readonly AttemptView[]
  readonly port: string | null
  readonly input: ValueRef | null
  readonly output: ValueRef | null
  readonly error: RunFailure | null
  /** When the next attempt is due. */
  readonly nextAt: number | null
  readonly toolCalls: number
}

/** An approval as the log tells it; `closed` is null while people may still vote. */
export interface ApprovalView {
  readonly waitId: WaitId
  readonly nodeRunId: NodeRunId
  readonly waitFor: Extract<WaitFor, { kind: 'approval' }>
  readonly votes: readonly Vote[]
  readonly openedAt: number
  readonly closed: 'resolved' | 'timeout' | 'canceled' | null
}

/** A run at one moment of its log; folding the log up to any `seq` gives that moment. */
export interface RunView {
  readonly seq: number
  readonly status: RunStatus
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly nodeRuns: ReadonlyMap<NodeRunId, NodeRunView>
  readonly approvals: ReadonlyMap<WaitId, ApprovalView>
  readonly outcome: string | null
  readonly endNodeRunId: NodeRunId | null
  readonly error: RunFailure | null
  readonly cancelReason: string | null
}
