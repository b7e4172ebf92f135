import type { RunFilter, RunQueue } from '@tenon/core/api'
import type { Json, RunId, TenantId, WorkflowId } from '@tenon/core/document'
import type {
  Actor,
  NodeRunId,
  RerunOf,
  RunEngine,
  RunEvent,
  RunFailure,
  RunParent,
  RunStartedBy,
  RunStatus,
  RunViewSnapshot,
  ValueRef,
  ViewPartAt,
  WaitId,
} from '@tenon/core/run'
import type { Plan } from './interpreter/plan.ts'
import type { RunLimits } from './store/run-limits.ts'
import type {
  EventWaitFilter,
  PageRequest,
  ParkedFilter,
  StoredEventWait,
  StoredParked,
  StoredParkedGroup,
  StoredWait,
} from './stored-waits.ts'

/** Node run that has started a run. */
export interface StoredParent extends RunParent {
  /** Wait that the end of the run ends; `null` if the node run does not wait for it. */
  readonly waitId: WaitId | null
}

/** Page of the events of a node run to read. */
export interface NodeRunPage {
  /** `seq` of the page before; 0 for the first one. */
  readonly after: number
  /** True for the starts and ends of its iterations as well, of which a loop has many. */
  readonly iterations: boolean
}

/** A page of the events of a node run, oldest first. */
export interface NodeRunEventPage {
  /** Last event of the log that was looked at; those of the node run up to it are in this page or earlier ones. */
  readonly seq: number
  /** Events of the node run. */
  readonly events: readonly RunEvent[]
  /** True if the log has more events. */
  readonly hasMore: boolean
}

/** A stored view into which more events are to be folded. */
export interface FoldedView {
  /** Last event that is part of the view; 0 for none. */
  readonly seq: number
}

/** A stored run with its related rows. */
export interface StoredRun {
  /** Tenant of the run. */
  readonly tenantId: TenantId
  /** Id of the run, unique within the tenant. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Version that the run executes: `"3"` or `"test:<id>"`. */
  readonly version: string
  /** `test` for a run of a draft. */
  readonly mode: 'live' | 'test'
  /** Engine that executes the run. */
  readonly engine: RunEngine
  /** Status after the last stored event. */
  readonly status: RunStatus
  /** Number of facts that the machine has applied. */
  readonly turn: number
  /** `seq` of the next event; the log has 1 to `nextSeq - 1`. */
  readonly nextSeq: number
  /** Hash of the plan, for `getPlan`. */
  readonly planHash: string
  /** Version of the machine semantics that the run started with and keeps. */
  readonly semantics: number
  /** Trace id in the form of W3C Trace Context, 32 hex digits. */
  readonly traceId: string
  /** Time at which the start was stored, in milliseconds since the Unix epoch. */
  readonly queuedAt: number
  /** Start, in milliseconds since the Unix epoch; `null` while queued. */
  readonly startedAt: number | null
  /** End, in milliseconds since the Unix epoch; `null` before. */
  readonly finishedAt: number | null
  /** Outcome of the end node that was reached; `null` unless the run completed. */
  readonly outcome: string | null
  /** Output of the run, for `loadValue`; `null` unless it completed. */
  readonly output: ValueRef | null
  /** Failure that ended the run; `null` unless it failed. */
  readonly error: RunFailure | null
  /** Person or event that has started the run; `null` for runs of earlier versions. */
  readonly startedBy: RunStartedBy | null
  /** Node run that has started the run; `null` if a request did. */
  readonly parent: StoredParent | null
  /** Run at the root of the tree of runs that start each other; the run itself without a parent. */
  readonly rootRunId: RunId
  /** Number of runs above this one; 0 without a parent. */
  readonly depth: number
  /** Earlier run that this run repeats; `null` if it repeats none. */
  readonly rerunOf: RerunOf | null
  /** Run whose failure this run handles; `null` if it handles none. */
  readonly handles: RunId | null
  /** Run that handles the failure of this one; `null` without one. */
  readonly handledBy: RunId | null
  /** Version with which the run has started; `null` if it has not moved to another one. */
  readonly first: { readonly version: string; readonly planHash: string } | null
}

/** A run that waits for people. */
export interface StoredWaitingRun {
  /** Run that waits, unique within the tenant. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Node run of the run above, through which it was started; `null` for that run itself. */
  readonly nodeRunId: NodeRunId | null
  /** `approval` if it waits for votes, `parked` if failed nodes wait for a fix. */
  readonly kind: 'approval' | 'parked'
  /** Number of its open waits of this kind; ≥ 1. */
  readonly count: number
}

/**
 * Obstacle of an open run: `NO_WORKER` if no worker takes it, `STUCK` if its workflow on Temporal fails again and
 * again, `NO_CAPABLE_WORKER` if the worker that took its next node lacks the type of the node, `ENGINE_UNAVAILABLE` if
 * Temporal does not respond.
 */
export type RunObstacle = 'NO_WORKER' | 'NO_CAPABLE_WORKER' | 'STUCK' | 'ENGINE_UNAVAILABLE'

/** Pause of a workflow or of a tenant. */
export interface StoredPause {
  /** Time of the pause, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Person who paused it. */
  readonly actor: Actor
}

/** Filter of `RunReader.listRunsToPause`. */
export interface RunsToPauseFilter {
  /** Workflow of the runs. */
  readonly workflowId: WorkflowId
  /** Request that is for them. */
  readonly request: 'pause' | 'resume'
  /** Cursor of the page before. @defaultValue the first page */
  readonly cursor?: string
}

/** Amount of data of a tenant. */
export interface StoredUsage {
  /** Bytes of the values that are stored beside the logs. */
  readonly payloadBytes: number
  /** Bytes of the files, with those of uploads that have not ended. */
  readonly fileBytes: number
  /** Bytes of the rows of data tables, and of the values under keys. */
  readonly dataBytes: number
  /** Approvals, failed node runs, events and callbacks that runs wait for. */
  readonly openWaits: number
}

/** Filter of `RunReader.listRunsToMigrate`. */
export interface RunsToMigrateFilter {
  /** Workflow of the runs. */
  readonly workflowId: WorkflowId
  /** Version to which they are to move. */
  readonly version: string
  /** Version that they execute. @defaultValue every other version */
  readonly from?: string
  /** Fingerprint of open parked node runs that they have. @defaultValue all runs */
  readonly fingerprint?: string
  /** Cursor of the page before. @defaultValue the first page */
  readonly cursor?: string
  /** Longest page, 1 to 100 runs. @defaultValue 50 */
  readonly limit?: number
}

/** Filter of `RunReader.listRunsToChangeEngine`. */
export interface RunsToChangeEngineFilter {
  /** Workflow of the runs. */
  readonly workflowId: WorkflowId
  /** Engine that is to execute them. */
  readonly engine: RunEngine
  /** Cursor of the page before. @defaultValue the first page */
  readonly cursor?: string
  /** Longest page, 1 to 100 runs. @defaultValue 50 */
  readonly limit?: number
}

/**
 * Reads runs for the server. Every call is bound to one tenant; the id of another tenant gives the same result as an
 * unknown one: `null`, or an empty page.
 */
export interface RunReader {
  /** Reads one run. */
  getRun(tenantId: TenantId, runId: RunId): Promise<StoredRun | null>
  /**
   * Lists a page of runs, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listRuns(
    tenantId: TenantId,
    filter: RunFilter,
  ): Promise<{ readonly items: readonly StoredRun[]; readonly nextCursor: string | null }>
  /**
   * Reads the positions of runs in the queue of their tenant.
   *
   * @param limits - Those of the tenant, as the engine has them.
   * @returns An entry for each run that waits to start.
   */
  readQueue(tenantId: TenantId, runIds: readonly RunId[], limits: RunLimits): Promise<ReadonlyMap<string, RunQueue>>
  /** Counts the runs of a tenant that wait to start, and those in progress that count against its limit. */
  countRuns(tenantId: TenantId): Promise<{ readonly queued: number; readonly inProgress: number }>
  /** Reads how much a tenant stores; takes time in proportion to it, so keep the answer for a while. */
  readUsage(tenantId: TenantId): Promise<StoredUsage>
  /**
   * Reads the pauses of workflows, by their ids; `''` for that of the tenant.
   *
   * @returns An entry for each that is paused.
   */
  readPauses(tenantId: TenantId, workflowIds: readonly WorkflowId[]): Promise<ReadonlyMap<string, StoredPause>>
  /**
   * Lists the live runs of a workflow that a request to pause or to resume all of them is for, by pages of 200, newest
   * first: to pause, those that have begun or been admitted; to resume, those that are paused or have yet to apply a pause.
   */
  listRunsToPause(
    tenantId: TenantId,
    filter: RunsToPauseFilter,
  ): Promise<{ readonly runIds: readonly RunId[]; readonly nextCursor: string | null }>
  /**
   * Lists the live runs of a workflow that have begun and not ended, and that execute another version, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listRunsToMigrate(
    tenantId: TenantId,
    filter: RunsToMigrateFilter,
  ): Promise<{ readonly runIds: readonly RunId[]; readonly nextCursor: string | null }>
  /**
   * Lists the live runs of a workflow that have begun and not ended, and that another engine executes, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listRunsToChangeEngine(
    tenantId: TenantId,
    filter: RunsToChangeEngineFilter,
  ): Promise<{ readonly runIds: readonly RunId[]; readonly nextCursor: string | null }>
  /** Lists a run and the runs below it that wait for people, those that wait longest first; at most 100. */
  listWaitingRuns(tenantId: TenantId, run: Pick<StoredRun, 'runId' | 'rootRunId'>): Promise<readonly StoredWaitingRun[]>
  /** Reads events with `seq` > `after`, ascending, at most `limit` (default 1,000). */
  readEvents(tenantId: TenantId, runId: RunId, after: number, limit?: number): Promise<readonly RunEvent[]>
  /** Reads a page of the events of one node run, with those of its waits; the database searches the log. */
  readNodeRunEvents(
    run: Pick<StoredRun, 'tenantId' | 'runId'>,
    nodeRunId: NodeRunId,
    page: NodeRunPage,
  ): Promise<NodeRunEventPage>
  /** Reads the output of the first respond node that a run has completed; `null` if it has completed none. */
  readAnswer(tenantId: TenantId, runId: RunId): Promise<ValueRef | null>
  /**
   * Folds the next events of a log into its stored view, at most about 1,000 of them.
   *
   * @param every - Least number of new events for which it is worth the writing.
   * @returns The last event of the view if there is more to fold: call again. Null otherwise, also for an unknown run.
   */
  advanceView(tenantId: TenantId, runId: RunId, every: number): Promise<FoldedView | null>
  /** Reads the stored view of a run, without values and without most iterations that have ended; `null` if none is stored. */
  readView(tenantId: TenantId, runId: RunId): Promise<RunViewSnapshot | null>
  /** Reads a part of the stored view, as `viewPartOf` names it; empty for an unknown part, `null` if no view is stored. */
  readViewPart(tenantId: TenantId, runId: RunId, part: string): Promise<ViewPartAt | null>
  /**
   * Loads a value of any size.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND` if it was deleted.
   */
  loadValue(tenantId: TenantId, ref: ValueRef): Promise<Json>
  /**
   * Loads many values with one query, in the order of `refs`. Check their sizes before: all are in memory at once.
   *
   * @throws {@link TenonError} `PAYLOAD_NOT_FOUND` if one of them was deleted.
   */
  loadValues(tenantId: TenantId, refs: readonly ValueRef[]): Promise<readonly Json[]>
  /** Reads the plan that runs of the tenant were started with. */
  getPlan(tenantId: TenantId, planHash: string): Promise<Plan | null>
  /**
   * Lists a page of approvals, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listWaits(
    tenantId: TenantId,
    filter: { readonly status?: 'open' | 'closed'; readonly runId?: RunId } & PageRequest,
  ): Promise<{ readonly items: readonly StoredWait[]; readonly nextCursor: string | null }>
  /**
   * Reads the obstacles of runs on Temporal, as of the last check of their shells, at most 30 s ago.
   *
   * @returns An entry for each run that is held up; none for runs on the embedded engine.
   */
  readObstacles(tenantId: TenantId, runIds: readonly RunId[]): Promise<ReadonlyMap<string, RunObstacle>>
  /**
   * Lists a page of parked node runs, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listParked(
    tenantId: TenantId,
    filter: ParkedFilter,
  ): Promise<{ readonly items: readonly StoredParked[]; readonly nextCursor: string | null }>
  /**
   * Lists a page of groups of open parked node runs, the one with the newest node run first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listParkedGroups(
    tenantId: TenantId,
    filter: { readonly workflowId?: WorkflowId } & PageRequest,
  ): Promise<{ readonly items: readonly StoredParkedGroup[]; readonly nextCursor: string | null }>
  /**
   * Lists a page of waits for events and callbacks, newest first.
   *
   * @throws {@link TenonError} `CURSOR_INVALID`.
   */
  listEventWaits(
    tenantId: TenantId,
    filter: EventWaitFilter,
  ): Promise<{ readonly items: readonly StoredEventWait[]; readonly nextCursor: string | null }>
  /** Reads one parked node run. */
  getParked(tenantId: TenantId, parkedId: string): Promise<StoredParked | null>
  /** Reads one approval with its votes. */
  getWait(tenantId: TenantId, approvalId: string): Promise<StoredWait | null>
}
