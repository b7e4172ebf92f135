import type { MigrationRefusedRun } from '../api/migration-types.ts'
import type { Rollout, StartRollout } from '../api/rollout-types.ts'
import type { Page } from '../api/types.ts'
import type { TenonError } from '../errors/tenon-error.ts'
import type { WorkflowId } from '../ids.ts'
import type { RequestOptions } from './options.ts'

/** The part of the client that follows and changes the rollouts of versions. */
export interface RolloutsClient {
  /** Lists a page of rollouts, the latest version first; `limit` is 1 to 200. @throws {@link TenonError} `CURSOR_INVALID`. */
  list(
    workflowId: WorkflowId,
    query?: { cursor?: string; limit?: number },
    options?: RequestOptions,
  ): Promise<Page<Rollout>>
  /**
   * Moves or cancels the runs of earlier versions in the background.
   *
   * @throws {@link TenonError} `ROLLOUT_ACTIVE` during a canary, or while the other of the two is done; `ROLLOUT_CLOSED`
   * for a version that was rolled back.
   */
  start(workflowId: WorkflowId, version: string, body: StartRollout, options?: RequestOptions): Promise<Rollout>
  /** Ends a canary: all new runs start with its version. @throws {@link TenonError} `ROLLOUT_CLOSED`. */
  promote(workflowId: WorkflowId, version: string, options?: RequestOptions): Promise<Rollout>
  /** Ends a canary: all new runs start with the former version. @throws {@link TenonError} `ROLLOUT_CLOSED`. */
  rollBack(workflowId: WorkflowId, version: string, options?: RequestOptions): Promise<Rollout>
  /**
   * Stops moving or canceling runs. Those that will move already, as soon as none of their nodes is in progress, do so.
   *
   * @throws {@link TenonError} `ROLLOUT_CLOSED`.
   */
  stop(workflowId: WorkflowId, version: string, options?: RequestOptions): Promise<Rollout>
  /** Lists a page of the runs that remain on their version. @throws {@link TenonError} `CURSOR_INVALID`. */
  refusedRuns(
    workflowId: WorkflowId,
    version: string,
    query?: { cursor?: string; limit?: number },
    options?: RequestOptions,
  ): Promise<Page<MigrationRefusedRun>>
}
