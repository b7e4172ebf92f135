import type {
  Backfill,
  BackfillResult,
  PollPreview,
  SchedulePreview,
  Trigger,
  TriggerEvent,
} from '../api/trigger-types.ts'
import type { Page } from '../api/types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { NodeId, WorkflowId } from '../ids.ts'
import type { JsonObject } from '../json.ts'
import type { RequestOptions } from './options.ts'

/** The part of the client that reads and changes the triggers by which the server starts runs. */
export interface TriggersClient {
  /** Lists the triggers of the version with which runs start. */
  list(workflowId: WorkflowId, options?: RequestOptions): Promise<{ readonly items: readonly Trigger[] }>
  /** Reads a trigger of the draft or of the published version. @throws {@link TenonError} `TRIGGER_NOT_FOUND`. */
  get(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<Trigger>
  /** Pauses a published trigger; has no effect on a paused one. @throws {@link TenonError} `TRIGGER_NOT_FOUND`. */
  pause(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<Trigger>
  /** Resumes a paused trigger. @throws {@link TenonError} `TRIGGER_NOT_FOUND`. */
  resume(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<Trigger>
  /**
   * Gives a trigger a new address, such as after other people have seen it. Messages to the one before, and to an open test,
   * are refused from now on.
   *
   * @throws {@link TenonError} `TRIGGER_NOT_FOUND`.
   */
  replaceAddress(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<Trigger>
  /**
   * Opens the test address of a webhook of the draft for an hour.
   *
   * @throws {@link TenonError} `TRIGGER_NOT_FOUND`.
   */
  openTest(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<Trigger>
  /**
   * Polls by a trigger of the draft, and returns the items for which it would start runs now. Nothing is started or stored.
   *
   * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `WORKFLOW_INVALID`, `POLL_FAILED` with the failure of the service,
   * `POLL_RESULT_INVALID`, `CONNECTION_NOT_FOUND`, `CONNECTION_REFUSED`.
   */
  poll(workflowId: WorkflowId, nodeId: NodeId, options?: RequestOptions): Promise<PollPreview>
  /** Lists a page of the last events of a trigger; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
  events(
    workflowId: WorkflowId,
    nodeId: NodeId,
    query?: { cursor?: string; limit?: number },
    options?: RequestOptions,
  ): Promise<Page<TriggerEvent>>
  /**
   * Starts the runs of a range of times of a schedule that have passed, at most 100. A time that has started a run before is
   * left out, so the same request again has no effect.
   *
   * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `TRIGGER_PAUSED`, `BACKFILL_INVALID`.
   */
  backfill(workflowId: WorkflowId, nodeId: NodeId, range: Backfill, options?: RequestOptions): Promise<BackfillResult>
  /**
   * Computes the next times of a schedule from the params of its node, 5 by default and at most 50.
   *
   * @throws {@link TenonError} `SCHEDULE_INVALID` with an issue for each faulty param.
   */
  preview(request: { params: JsonObject; count?: number }, options?: RequestOptions): Promise<SchedulePreview>
}
