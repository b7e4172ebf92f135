import type { Role, StartRequestState, TriggerOutcome } from '@tenon/core/api'
import type { NodeId, RunId, TenantId, UserId, WorkflowId } from '@tenon/core/document'
import type { TriggerKind } from '@tenon/core/node'
import type { Generated } from 'kysely'

/** A trigger by which the server starts runs, of the version with which they start or of an earlier one. */
export interface TriggerRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  readonly kind: TriggerKind
  readonly node_type: string
  /** Version that has the trigger and its params; null if the one with which runs start lacks it. */
  readonly version: string | null
  /** JSON of the params of the node. */
  readonly params: string
  /** Type of the events that start its runs; null for another kind of trigger. */
  readonly event_type: string | null
  /** Number of times that its address was replaced. */
  readonly generation: number
  readonly updated_at: number
  readonly paused_at: number | null
  readonly pauser_id: UserId | null
  readonly pauser_name: string | null
  /** Time until which messages to the test address start test runs; null without a test. */
  readonly test_until: number | null
  /** Number of times that the test was opened, each with an address of its own. */
  readonly test_generation: number
  /** Test runs that messages to it were about to start. */
  readonly test_runs: number
  /** Person who has opened it. */
  readonly tester_id: UserId | null
  readonly tester_name: string | null
  readonly tester_role: Role | null
}

/** The next time of a schedule of the version with which runs start. */
export interface ScheduleRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  /** Number of publications, pauses and resumptions: a process that has read the row before one of them changes nothing. */
  readonly revision: number
  /** Number of claims: a process whose lease has lapsed changes nothing after the next one. */
  readonly claim: number
  /** Hash of its params: a publication with others computes its next time anew. */
  readonly rule_hash: string
  /** First time that is not decided; null while it is paused, and if it has none. */
  readonly due_at: number | null
  /** Time that waits for the end of the run before; null without one. */
  readonly waiting_at: number | null
  /** Time at which a process looks at it; null if there is nothing to look at. */
  readonly wake_at: number | null
  /** Node type of a poll, by which its source finds it; null for a schedule. */
  readonly poll_type: string | null
  /** Run that was started last; null before the first one. */
  readonly last_run_id: RunId | null
  /** Times after it could not be started for a fault of the server; null if there is none. */
  readonly failing_from: number | null
}

/** State of a poll of the version with which runs start; it is deleted with its schedule. */
export interface PollRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  /** Hash of the params that say what the last poll that succeeded has asked: cursor and ids are of no use for others. */
  readonly source_hash: string
  /** JSON of the cursor for the next poll. */
  readonly cursor: string
  /** JSON of the hashes of the ids of items, those found last at the end; null before the first poll. */
  readonly seen: string | null
  readonly next_at: number | null
  readonly polled_at: number | null
  readonly failures: number
  /** Number of polls, one after the other, that had to wait for room or for their connection. */
  readonly waits: number
  readonly code: string | null
  readonly message: string | null
}

/** The last look of any process for schedules that are due, and the last begin or end of a tick. */
export interface ScheduleLookRow {
  readonly clock: 'schedules' | 'ticks'
  readonly looked_at: number
}

/** A stretch of time in which no process looked for schedules. */
export interface ScheduleOutageRow {
  readonly from_at: number
  readonly until_at: number
}

/** The condition of the index of the runs that times of schedules have started; a query states it to use the index. */
export const RUN_OF_SCHEDULE = 'due_at is not null and run_id is not null and not is_backfill'

/** A message to a trigger, or a time of a schedule: what it started, and the key by which a repetition is recognized. */
export interface TriggerEventRow {
  readonly tenant_id: TenantId
  readonly workflow_id: WorkflowId
  readonly node_id: NodeId
  /** Hash of its key; a random id without one. */
  readonly event_id: string
  readonly is_keyed: boolean
  readonly mode: 'live' | 'test'
  readonly at: number
  readonly outcome: TriggerOutcome
  /** Chosen before the run is started, so that a repetition after a crash finds the same run. */
  readonly run_id: RunId | null
  readonly repeats: number
  readonly code: string | null
  readonly message: string | null
  readonly expires_at: number
  /** Time of a schedule, the first one of several that were missed; null for a message. */
  readonly due_at: number | null
  /** True if a person has asked for the run of a time that has passed. */
  readonly is_backfill: boolean
}

/** A run or an event that was requested in a transaction of the host, or an event that was sent. */
export interface StartRequestRow {
  readonly tenant_id: TenantId
  /** Hash of kind, scope and key; a random id without a key. */
  readonly request_id: string
  readonly kind: 'run' | 'event'
  /** Workflow of a run, source of an event. */
  readonly scope: string
  /** Dedupe key of a run, id of an event. */
  readonly event_key: string | null
  readonly run_id: RunId | null
  readonly event_type: string | null
  readonly subject: string | null
  /** Trigger at which a run is to start; null for the first one. */
  readonly node_id: NodeId | null
  /** Time of an event by its sender; null for that at which it was stored. */
  readonly happened_at: string | null
  /** True for an event that has yet to be delivered to the runs that wait for it. */
  readonly serves_waits: boolean
  /** True if the sender has checked the data of an event: another process may not know its type yet. */
  readonly is_checked: boolean
  /** JSON of the input of a run, which is deleted after the decision, or of the data of an event. */
  readonly body: string
  /** Hash of what a repetition must have as well. */
  readonly digest: string
  readonly state: StartRequestState
  /** Times that it could not be accepted so far. */
  readonly attempts: number
  readonly code: string | null
  readonly message: string | null
  readonly at: number
  readonly expires_at: number
}

/** A request, or an event for one of its triggers, that a process is to work on. */
export interface StartRequestQueueRow {
  readonly tenant_id: TenantId
  readonly request_id: string
  /** Empty for the request; mode, workflow and node of the trigger that an event is for. */
  readonly target: string
  readonly seq: Generated<string>
  /** Hash of the key whose requests are worked on one after the other. */
  readonly order_key: string | null
  /** Null while an earlier one has the same key, once a process has seen that. */
  readonly due_at: number | null
  readonly first_failed_at: Generated<number | null>
  readonly attempts: number
}
