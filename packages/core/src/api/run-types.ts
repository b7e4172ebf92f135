import type { RunPriority } from '../document/types.ts'
import type { NodeId, NodeRunId, RunId, WorkflowId } from '../ids.ts'
import type { Json } from '../json.ts'
import type { ToolCallRecord } from '../node/implementation.ts'
import type { ModelSpend } from '../node/model-budget.ts'
import type { RunEngine } from '../run/engine-changes.ts'
import type { RerunFrom, RerunOf } from '../run/reruns.ts'
import type { RunAnswer } from '../run/run-answer.ts'
import type { RunStartedBy } from '../run/started-by.ts'
import type { NodeStatus, RunFilterStatus, RunStatus } from '../run/status.ts'
import type { RunFailure } from '../run/values.ts'
import type { RunParent } from '../run/waits.ts'
import type { IsoInstant } from './types.ts'

/** Request that starts a run. `input` is checked against the schema of the trigger; left out, it is `{}`. */
export interface StartRun {
  /** Input of the run, valid for the schema of the trigger. @defaultValue `{}` */
  readonly input?: Json
  /** Published version to run. @defaultValue the latest published version */
  readonly version?: string
  /** The trigger to start at. @defaultValue the first start node in document order */
  readonly trigger?: NodeId
}

/** Request that starts a test run of the draft; the fields mean the same as in {@link StartRun}. */
export interface TryDraft {
  /** Input of the run, valid for the schema of the trigger. @defaultValue `{}` */
  readonly input?: Json
  /** Trigger to start at. @defaultValue the first start node in document order */
  readonly trigger?: NodeId
}

/**
 * Request that runs an ended run again. What `from` keeps is not run again: its recorded outcomes are those of the new
 * run.
 *
 * @see docs/guides/run-again.md
 */
export interface RerunRun {
  /**
   * `start` to run everything again; `failed` to reuse every outcome of a run that failed or was canceled; a node outside
   * of loops to run that node and what follows from it.
   */
  readonly from: RerunFrom
  /** Input of the new run, only with `from: 'start'`. @defaultValue the input of the earlier run */
  readonly input?: Json
  /** Version of the new run; nodes whose outcomes are reused must be unchanged in it. @defaultValue 'same' */
  readonly version?: 'same' | 'latest'
}

/** Response to a start. The run is stored and continues if the caller disconnects; follow it by `runId`. */
export interface StartedRun {
  /** Id to follow the run by. */
  readonly runId: RunId
  /** Status when the request was answered. */
  readonly status: RunStatus
  /** Time at which the run began; `null` while it is queued. */
  readonly startedAt: IsoInstant | null
  /** True if the request repeats an earlier one within the time of the workflow, whose run this is; nothing was stored. */
  readonly deduplicated?: true
  /** True if the request was merged into a run that waits for further requests. */
  readonly merged?: true
}

/**
 * Response to a start that waits: the run as it is at its end, at its answer, or when the time is over, and the answer of
 * its first respond node.
 */
export type WaitedRun = Run & {
  /** Answer of the run; `null` if it has not made one. */
  readonly answer: RunAnswer | null
}

/** Fields of a run that do not depend on its status. */
export interface RunFields {
  /** Id of the run, unique within the tenant. */
  readonly runId: RunId
  /** Workflow that the run belongs to. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Version that the run executes. */
  readonly version: string
  /** Version with which the run has started; `null` if it has not moved to another one. */
  readonly movedFrom: string | null
  /** `test` for a run of the draft, which does not count in metrics. */
  readonly mode: 'live' | 'test'
  /** Trace id in the form of W3C Trace Context, 32 hex digits. */
  readonly traceId: string
  /** Engine that executes the run. */
  readonly engine: RunEngine
  /** Time at which the start was stored. */
  readonly queuedAt: IsoInstant
  /** Person or event that has started the run; `null` for a run that an earlier version of the server has stored. */
  readonly startedBy: RunStartedBy | null
  /** Node run that has started the run; `null` if a request did. */
  readonly parent: RunParent | null
  /** Run at the root of the tree of runs that start each other; the run itself without a parent. */
  readonly rootRunId: RunId
  /** Number of runs above this one; 0 without a parent, at most 10. */
  readonly depth: number
  /** Earlier run that this run repeats; `null` if it repeats none. */
  readonly rerunOf: RerunOf | null
  /** Run whose failure this run handles; `null` if it handles none. */
  readonly handles: RunId | null
  /** Run that handles the failure of this one, by the error handler of its workflow; `null` without one. */
  readonly handledBy: RunId | null
  /** Use of models by all nodes of the run. Absent in lists, and for a run that has asked no model. */
  readonly modelUsage?: ModelSpend
}

/** Status of a run that has not begun. */
export interface QueuedRunState {
  /** The run is stored and waits to begin. */
  readonly status: 'queued'
  /** Set when the run begins. */
  readonly startedAt: null
  /** Set when the run ends. */
  readonly finishedAt: null
  /** Set when the run completes. */
  readonly outcome: null
  /** Set when the run fails or is canceled. */
  readonly error: null
  /** Reason why the run waits to start; absent when it has been admitted and a worker has yet to begin it. */
  readonly queue?: RunQueue
  /** Obstacle that keeps the run from making progress; absent when none is known. */
  readonly health?: RunHealth
}

/**
 * Reasons why a run waits to start: further requests can be merged into it (`debounce`) or add items to it (`batching`);
 * its workflow or its tenant is paused; its workflow or its tenant has as many runs in progress as its limit allows; or
 * as many of its runs have started in an interval as its rate allows.
 */
export const QUEUE_REASONS = [
  'debounce',
  'batching',
  'tenant_paused',
  'workflow_paused',
  'workflow_limit',
  'workflow_rate',
  'tenant_limit',
  'tenant_rate',
] as const
/** One of {@link QUEUE_REASONS}. */
export type QueueReason = (typeof QUEUE_REASONS)[number]

/** Position of a run in the queue of its tenant, as of the response. */
export interface RunQueue {
  /** The first of these that applies, in the order of {@link QUEUE_REASONS}. */
  readonly reason: QueueReason
  /** Position among the runs that wait for the same limit, from 1; among those of the workflow while it is paused. */
  readonly position: number
  /** Runs in progress that count against a limit of them; `null` for other reasons. */
  readonly inProgress: number | null
  /** Most runs in progress, or most starts in `intervalMs`; `null` for a pause. */
  readonly limit: number | null
  /** Interval of the starts, in milliseconds; `null` unless the run waits for a rate. */
  readonly intervalMs: number | null
  /**
   * Time at which the run is expected to start, if those before it start as soon as they may, and no further request
   * comes; `null` unless the run waits for a rate or for further requests, and while a pause lasts.
   */
  readonly startsAt: IsoInstant | null
  /** Requests that were merged into the run with the first one, or items of the requests; `null` for other reasons. */
  readonly collected: number | null
  /** Value of the concurrency key of the run, of its rate key while it waits for a rate; `null` without one. */
  readonly key: string | null
  /** Priority of the run. */
  readonly priority: RunPriority
}

/** Status of a run that has begun and not ended. */
export interface ActiveRunState {
  /**
   * `waiting` if only a timer, a person or an event can continue the run; `paused` if a person has paused it: its running
   * nodes finish, and nothing starts before it is resumed.
   */
  readonly status: 'running' | 'waiting' | 'paused'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Set when the run ends. */
  readonly finishedAt: null
  /** Set when the run completes. */
  readonly outcome: null
  /** Set when the run fails or is canceled. */
  readonly error: null
  /** Obstacle that keeps the run from making progress; absent when none is known. */
  readonly health?: RunHealth
  /** Other engines of this server that could execute the run; absent if it has none. */
  readonly otherEngines?: readonly RunEngine[]
}

/** Status of a run that has reached its end. */
export interface CompletedRunState {
  /** Final. */
  readonly status: 'completed'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** Outcome of the end node that was reached; `completed` if none was. */
  readonly outcome: string
  /** A completed run has no failure. */
  readonly error: null
  /** Always absent: a run that has ended cannot be held up. */
  readonly health?: never
}

/** Status of a run that a failure ended. */
export interface FailedRunState {
  /** Final. */
  readonly status: 'failed'
  /** Time at which the run began. */
  readonly startedAt: IsoInstant
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** A failed run has no outcome. */
  readonly outcome: null
  /** Failure that ended the run. */
  readonly error: RunFailure
  /** Always absent: a run that has ended cannot be held up. */
  readonly health?: never
}

/** Status of a run that was canceled. */
export interface CanceledRunState {
  /** Final. */
  readonly status: 'canceled'
  /** Time at which the run began; `null` if it was canceled before. */
  readonly startedAt: IsoInstant | null
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** A canceled run has no outcome. */
  readonly outcome: null
  /** Reason of the cancelation: `RUN_CANCELED`, `RUN_TIMEOUT` or `APPEND_REFUSED`. */
  readonly error: RunFailure
  /** Always absent: a run that has ended cannot be held up. */
  readonly health?: never
}

/** Status of a run with the facts known at that status; `status` names the case. */
export type RunState = QueuedRunState | ActiveRunState | CompletedRunState | FailedRunState | CanceledRunState

/** A run as lists show it: without its output, which may be large. */
export type RunSummary = RunFields & RunState

/** A run that has not ended; it has no output yet. */
export interface UnfinishedRun {
  /** Set when the run completes. */
  readonly output: null
}

/**
 * One run with everything but its log: a union by `status`, so that a `switch` over it knows which times, outcome,
 * output and failure there are.
 */
export type Run = RunFields &
  (
    | ((QueuedRunState | ActiveRunState) & UnfinishedRun)
    | (CompletedRunState & { readonly output: Json })
    | ((FailedRunState | CanceledRunState) & { readonly output: null })
  )

/**
 * Something outside of a run that holds it up: `NO_WORKER` if no worker is running or, on Temporal, takes the run;
 * `NO_CAPABLE_WORKER` if none of the running ones has a node type or serves a task queue that the run needs now; `STUCK`
 * if its workflow on Temporal fails again and again; `ENGINE_UNAVAILABLE` if Temporal does not answer.
 */
export interface RunHealth {
  /** Code of the obstacle. */
  readonly code: 'NO_WORKER' | 'NO_CAPABLE_WORKER' | 'STUCK' | 'ENGINE_UNAVAILABLE'
  /** Sentence that describes the obstacle. */
  readonly message: string
  /** Sentence that says what to do. */
  readonly remedy: string
}

/** Filter of a list of runs, newest first. A run must match every field that is given. */
export interface RunFilter {
  /** Lists the runs of this workflow. @defaultValue every workflow */
  readonly workflowId?: WorkflowId
  /** Lists the runs with this status. @defaultValue every status */
  readonly status?: RunFilterStatus
  /** Lists the runs that nodes of this run have started. @defaultValue every run */
  readonly parentRunId?: RunId
  /**
   * Lists the runs whose `rootRunId` this is: a run that no other run has started, and the tree of runs below it. Gives
   * no runs for a run that another run has started. @defaultValue every run
   */
  readonly rootRunId?: RunId
  /** Lists only the runs that no other run has started. @defaultValue false */
  readonly topLevel?: boolean
  /** Lists the runs that repeat this run. @defaultValue every run */
  readonly rerunOf?: RunId
  /** Lists live runs, test runs or both. @defaultValue 'live'; 'all' with `parentRunId`, `rootRunId` or `rerunOf` */
  readonly mode?: 'live' | 'test' | 'all'
  /** `nextCursor` of the previous page. @defaultValue the first page */
  readonly cursor?: string
  /** 1 to 200. @defaultValue 50 */
  readonly limit?: number
}

/** A run that waits for people: the run that was asked for, or one below it. */
export interface WaitingRun {
  /** Run that waits. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Node run of the run that was asked for, through which this one was started; `null` for that run itself. */
  readonly nodeRunId: NodeRunId | null
  /** `approval` if it waits for votes, `parked` if failed nodes wait for a fix. A run may wait for both. */
  readonly kind: 'approval' | 'parked'
  /** Number of its open waits of this kind; ≥ 1. */
  readonly count: number
}

/** Answer with the runs of a tree that wait for people. */
export interface WaitingRuns {
  /** Those that wait longest first; at most 100. */
  readonly items: readonly WaitingRun[]
}

/** One node run with its input, output, tool calls, failures and log lines. */
export interface LedgerEntry {
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Node that ran. */
  readonly nodeId: NodeId
  /** Node run that has called this one; absent for a node of the workflow. `nodeId` is that of the outermost caller. */
  readonly calledBy?: NodeRunId
  /** Name of the node in the version that ran, or title of the call. */
  readonly name: string
  /** Type of the node. */
  readonly type: string
  /** Status of the node run. */
  readonly status: NodeStatus
  /** Attempts so far, the first included; 0 before it. */
  readonly attempts: number
  /** Time at which the first attempt began; `null` before. */
  readonly startedAt: IsoInstant | null
  /** Time at which the node run ended; `null` before. */
  readonly finishedAt: IsoInstant | null
  /** Milliseconds from `startedAt` to `finishedAt`; `null` before the end. */
  readonly durationMs: number | null
  /** Port by which the run continued; `null` before the end. */
  readonly port: string | null
  /** `true` if the node has not run: its outcome is that of the run that `rerunOf` of the run names. */
  readonly isReused: boolean
  /** Resolved params without connections; inline nodes are evaluated again on reading. */
  readonly input: Json
  /** Output of the node; `null` before the end. */
  readonly output: Json
  /** Calls of tools, oldest first. */
  readonly toolCalls: readonly ToolCallRecord[]
  /** Failures of the attempts, oldest first. */
  readonly errors: readonly (RunFailure & { readonly attempt: number })[]
  /** Lines that the node wrote to the run log, oldest first. */
  readonly logs: readonly { readonly timestamp: IsoInstant; readonly level: string; readonly message: string }[]
}

/** Input and output of every node run of a run, in document order, computed from the run log alone. */
export interface Ledger {
  /** Run that the ledger describes. */
  readonly run: Run
  /** Input of the run. */
  readonly input: Json
  /** Node runs in document order. */
  readonly nodeRuns: readonly LedgerEntry[]
}
