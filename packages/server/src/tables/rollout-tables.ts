import type { Role, RolloutRuns, RolloutStatus } from '@tenon/core/api'
import type { RunId, TenantId, UserId, WorkflowId } from '@tenon/core/document'

/** The rollout of a version: its canary, and what happens to runs of earlier versions. */
export interface VersionRolloutRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly number: number
  /** Version with which new runs started before. */
  readonly former_version: string | null
  readonly status: RolloutStatus
  readonly runs: RolloutRuns
  /** The rule of the canary; `percent` is null without one. */
  readonly percent: number | null
  readonly max_failure_percent: number
  readonly min_runs: number
  readonly promote_after: number | null
  /** Runs of the canary as last counted; null without one, and for one that ended before they were stored. */
  readonly canary_started: number | null
  readonly canary_completed: number | null
  readonly canary_failed: number | null
  /** Time at which these numbers last changed. */
  readonly counted_at: number | null
  /** Time from which on runs of earlier versions are moved or canceled; null before. */
  readonly since: number | null
  readonly moved: number
  readonly canceled: number
  /** Runs that ended otherwise before they moved or were canceled. */
  readonly ended: number
  readonly started_at: number
  readonly starter_id: UserId
  readonly starter_name: string
  readonly starter_role: Role
  readonly ended_at: number | null
  /** Null if no person ended it. */
  readonly ender_id: UserId | null
  readonly ender_name: string | null
}

/** A run that a rollout has looked at and that has neither moved nor ended yet. */
export interface RolloutRunRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly run_id: RunId
  /**
   * `selected`: it is about to be asked, and nothing is stored for it; `pending`: it will move or be canceled; `refused`: it
   * remains on its version.
   */
  readonly state: 'selected' | 'pending' | 'refused'
  readonly code: string | null
  readonly message: string | null
  /** Time at which it was last asked. */
  readonly checked_at: number
  /** Turn of the run when it was last asked: it answers the same until it moves on. Null to ask again after a time. */
  readonly turn: number | null
  /** Number of times that it was asked. */
  readonly checks: number
}

/** An open rollout, for the process that works on it next. */
export interface RolloutSweepRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly version: string
  readonly due_at: number
}
