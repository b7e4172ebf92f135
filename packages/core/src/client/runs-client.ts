import type { ChangedEngines, ChangeEngine, ChangeEngines } from '../api/engine-types.ts'
import type { MigratedRuns, MigrateRun, MigrateRuns, MigrationCheck } from '../api/migration-types.ts'
import type {
  Ledger,
  RerunRun,
  Run,
  RunFilter,
  RunSummary,
  StartedRun,
  StartRun,
  WaitedRun,
  WaitingRuns,
} from '../api/run-types.ts'
import type { Page } from '../api/types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { NodeRunId, RunId, WorkflowId } from '../ids.ts'
import type { NodeRunEvents } from '../run/frame.ts'
import type { ViewPartAt } from '../run/view-parts.ts'
import type { RequestOptions, RunStreamOptions, StartedStreamOptions } from './options.ts'

/** The part of the client that starts, reads and changes runs. */
export interface RunsClient {
  /**
   * Starts a run of a published version. The same `idempotencyKey` and body return the same run for 24 hours.
   *
   * @throws {@link TenonError} `WORKFLOW_NOT_PUBLISHED`, `RUN_INPUT_INVALID`, `REFERENCE_NOT_FOUND`,
   * `VALUE_TOO_LARGE`, `IDEMPOTENCY_KEY_REUSED`.
   */
  start(
    workflowId: WorkflowId,
    body: StartRun,
    options?: RequestOptions & { idempotencyKey?: string },
  ): Promise<StartedRun>
  /**
   * Starts a run and waits for its end or for the answer of its first respond node, at most `waitMs` (1 to 120,000). When
   * the time is over, the run continues and is returned as it is then.
   *
   * @throws {@link TenonError} as {@link RunsClient.start}; `RATE_LIMITED` if too many requests of the tenant wait.
   *
   * @example
   * ```ts
   * const { status, output, answer } = await client.runs.startAndWait('quote', { input: { items: 3 } }, { waitMs: 30_000 })
   * ```
   */
  startAndWait(
    workflowId: WorkflowId,
    body: StartRun,
    options: RequestOptions & { waitMs: number; idempotencyKey?: string },
  ): Promise<WaitedRun>
  /**
   * Starts a run and streams it in one request, by server-sent events: `onStarted` first, then the events. A connection
   * that is lost continues after its last event, as in {@link RunsClient.stream}. If the run cannot be started, `onState`
   * gets `closed` with the error.
   *
   * @returns `stop`, which ends the stream; the run continues.
   */
  startAndStream(workflowId: WorkflowId, body: StartRun, options: StartedStreamOptions): () => void
  /**
   * Runs an ended run again, as a new run. The same `idempotencyKey` and body return the same run for 24 hours.
   *
   * @throws {@link TenonError} `RUN_NOT_ENDED`; `RERUN_REFUSED` (details: `issues`) for a start from which the run
   * cannot continue, or a version in which reused nodes have changed; `WORKFLOW_NOT_FOUND` for a deleted workflow;
   * `WORKFLOW_NOT_PUBLISHED`, `REFERENCE_NOT_FOUND`, `RUN_INPUT_INVALID`, `VALUE_TOO_LARGE`, `IDEMPOTENCY_KEY_REUSED`.
   */
  rerun(runId: RunId, body: RerunRun, options?: RequestOptions & { idempotencyKey?: string }): Promise<StartedRun>
  /** Reads a run with its output or error. */
  get(runId: RunId, options?: RequestOptions): Promise<Run>
  /**
   * Deletes a run that has ended, with the runs that it has started, their logs and their values. Admins only.
   *
   * @throws {@link TenonError} `RUN_NOT_ENDED` while the run, or a run that it has started, is open; `RUN_HAS_PARENT`.
   */
  remove(runId: RunId, options?: RequestOptions): Promise<void>
  /** Lists a page of runs, newest first. @throws {@link TenonError} `CURSOR_INVALID`. */
  list(filter?: RunFilter, options?: RequestOptions): Promise<Page<RunSummary>>
  /** Lists a run and the runs below it that wait for people: for votes, or for a fix of a failed node. */
  waiting(runId: RunId, options?: RequestOptions): Promise<WaitingRuns>
  /**
   * Requests the cancelation of a run, which ends when every node run has stopped.
   *
   * @throws {@link TenonError} `RUN_CLOSED`.
   */
  cancel(runId: RunId, options?: RequestOptions): Promise<Run>
  /**
   * Ends a run without undoing what it has done: the step in progress is canceled, and a run that is not ending is
   * canceled. The returned run may not have ended yet.
   */
  skipCompensation(runId: RunId, options?: RequestOptions): Promise<Run>
  /**
   * Requests the pause of a run: its running nodes finish, and nothing new starts until it is resumed. Votes
   * count, and timers do not stop. The returned run may not be paused yet, and is not paused if it ends first; a paused
   * run is returned unchanged.
   *
   * @throws {@link TenonError} `RUN_CLOSED` for a run that has ended or is ending, as after a cancelation.
   */
  pause(runId: RunId, options?: RequestOptions): Promise<Run>
  /**
   * Requests the resumption of a paused run, which then starts what the pause has held, unless it ends first. A run that
   * is not paused is returned unchanged.
   *
   * @throws {@link TenonError} `RUN_CLOSED` for a run that has ended or is ending, as after a cancelation.
   */
  resume(runId: RunId, options?: RequestOptions): Promise<Run>
  /**
   * Checks whether a run can move to another published version of its workflow now; changes nothing.
   *
   * @throws {@link TenonError} `RUN_CLOSED`, `REFERENCE_NOT_FOUND`; `MIGRATION_REFUSED` for a test run.
   */
  checkMigration(runId: RunId, version: string, options?: RequestOptions): Promise<MigrationCheck>
  /**
   * Requests to move a run to another version, as soon as none of its nodes is in progress. The returned run may have
   * yet to move, and does not move if it ends first or if a node that begins meanwhile does not fit; a run of that
   * version is returned unchanged.
   *
   * @throws {@link TenonError} `RUN_CLOSED`, `REFERENCE_NOT_FOUND`; `MIGRATION_REFUSED` (details: `issues`) if nodes do
   * not fit, for a queued run or a test run, and while another request waits.
   */
  migrate(runId: RunId, body: MigrateRun, options?: RequestOptions): Promise<Run>
  /**
   * Withdraws the request to move a run that waits until no node is in progress. The returned run may have yet to
   * continue, and moves nevertheless if it comes to that first.
   *
   * @throws {@link TenonError} `RUN_CLOSED`, `MIGRATION_CLOSED` if no request waits.
   */
  withdrawMigration(runId: RunId, options?: RequestOptions): Promise<Run>
  /** Requests to move runs of a workflow, page by page. @throws {@link TenonError} `CURSOR_INVALID`, `REFERENCE_NOT_FOUND`. */
  migrateAll(workflowId: WorkflowId, body: MigrateRuns, options?: RequestOptions): Promise<MigratedRuns>
  /**
   * Requests that another engine executes a run, as soon as none of its nodes is in progress. The returned run may have
   * yet to change, and does not change if it ends first. A request for the present engine withdraws one that waits.
   * Admins only.
   *
   * @throws {@link TenonError} `RUN_CLOSED`; `ENGINE_CHANGE_REFUSED` for an engine that the server lacks, for a queued run,
   * and while another request waits.
   */
  changeEngine(runId: RunId, body: ChangeEngine, options?: RequestOptions): Promise<Run>
  /** Requests that another engine executes runs of a workflow, page by page. @throws {@link TenonError} `CURSOR_INVALID`, `ENGINE_CHANGE_REFUSED`. */
  changeEngines(workflowId: WorkflowId, body: ChangeEngines, options?: RequestOptions): Promise<ChangedEngines>
  /**
   * Reads the input and output of every node run.
   *
   * @param options - `nodeRunId`: reads those of one node run only, also of a run whose whole ledger is too large.
   * @throws {@link TenonError} `VALUE_TOO_LARGE`.
   */
  ledger(runId: RunId, options?: RequestOptions & { nodeRunId?: NodeRunId }): Promise<Ledger>
  /**
   * Reads a page of the events of one node run, without reading the log of the run.
   *
   * @param options - `after`: `seq` of the page before, from 0. `iterations`: also the starts and ends of its iterations,
   * of which a loop has many.
   */
  nodeRunEvents(
    runId: RunId,
    nodeRunId: NodeRunId,
    options?: RequestOptions & { after?: number; iterations?: boolean },
  ): Promise<NodeRunEvents>
  /**
   * Reads a part of the view of a long run, for a client whose stream began with a view.
   *
   * @param part - Key of the part, as `viewPartOf` gives it for a node run in an iteration.
   */
  viewPart(runId: RunId, part: string, options?: RequestOptions): Promise<ViewPartAt>
  /** Streams the run log by WebSocket, else by server-sent events, resuming after the last `seq`. Returns `stop`. */
  stream(runId: RunId, options: RunStreamOptions): () => void
}
