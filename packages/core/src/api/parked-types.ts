import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Actor } from '../run/actor.ts'
import type { ParkResolutionKind } from '../run/resolutions.ts'
import type { RunFailure } from '../run/values.ts'
import type { IsoInstant } from './types.ts'

/** A node run that failed for good and keeps its run open until a person resolves it. */
export interface ParkedNodeRun {
  /** Id of the parked node run, unique within the tenant. */
  readonly parkedId: string
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Run that waits. */
  readonly runId: RunId
  /** Node run that failed, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Node that failed. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Version of the run: `"3"` or `"test:<id>"`. */
  readonly version: string
  /** Equal for failures of one node with the same cause, 32 hex digits. */
  readonly fingerprint: string
  /** Failure of the last attempt, with credentials masked. */
  readonly error: Pick<RunFailure, 'code' | 'message' | 'remedy'>
  /** Time at which the node run was parked. */
  readonly parkedAt: IsoInstant
  /** State of the parked node run; only an `open` one accepts a resolution. */
  readonly status: 'open' | 'resolved' | 'canceled'
  /**
   * Decision of a person; `null` without one. If the node run was canceled, the end of the run has overtaken the decision,
   * which had no effect.
   */
  readonly resolution: ParkedResolution | null
  /** Resolutions that this node run allows. */
  readonly resolutions: readonly ParkResolutionKind[]
}

/** Decision of a person about a parked node run. */
export interface ParkedResolution {
  /** Way in which the node run continued or ended. */
  readonly kind: ParkResolutionKind
  /** Person who decided; `null` if no person did. */
  readonly actor: Actor | null
  /** Time of the decision. */
  readonly at: IsoInstant
}

/** Open parked node runs of one workflow that failed at one node with the same cause. */
export interface ParkedGroup {
  /** Workflow of the runs. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Node that failed. */
  readonly nodeId: NodeId
  /** Name of the node in the version of the newest of them; its id if it has no name there. */
  readonly nodeName: string
  /** Fingerprint that the failures have in common, 32 hex digits. */
  readonly fingerprint: string
  /** Number of open parked node runs; ≥ 1. */
  readonly count: number
  /** Time at which the oldest of them was parked. */
  readonly firstSeenAt: IsoInstant
  /** Time at which the newest of them was parked. */
  readonly lastSeenAt: IsoInstant
  /** The newest of them. */
  readonly sample: ParkedNodeRun
}

/** Way to resolve a parked node run. */
export type ResolutionRequest =
  | {
      /**
       * `retry` runs the node again with the same params. `skip` continues by the first port with `{}`, as the policy
       * `continue` does. `route` continues by the port `error`. `fail` ends the run as failed, or the iteration.
       */
      readonly kind: Exclude<ParkResolutionKind, 'retry_with_params' | 'complete'>
    }
  | {
      /** Runs the node again with other params. */
      readonly kind: 'retry_with_params'
      /**
       * Params to use instead of those of the document, without templates. Secret params are left out: they remain those
       * of the document.
       */
      readonly params: JsonObject
    }
  | {
      /** Continues as if the node had completed. */
      readonly kind: 'complete'
      /** Output of the node. */
      readonly output: Json
      /** Port by which the run continues. @defaultValue the first port of the node, all ports of a fork */
      readonly port?: string
    }

/** Request to resolve one parked node run. */
export interface ResolveParked {
  /** Way in which the node run continues or ends. */
  readonly resolution: ResolutionRequest
  /**
   * Id of the request, 1 to 200 characters. Sending it again returns the same answer and changes nothing.
   *
   * @defaultValue a new id
   */
  readonly requestId?: string
}

/** Request to resolve the open parked node runs of a group, at most `limit` of them, newest first. */
export interface ResolveParkedGroup {
  /** Workflow of the group. */
  readonly workflowId: WorkflowId
  /** Fingerprint of the group, 32 hex digits. */
  readonly fingerprint: string
  /** Way in which each node run continues or ends. */
  readonly resolution: ResolutionRequest
  /** `nextCursor` of the previous answer. @defaultValue the newest node run of the group */
  readonly cursor?: string
  /** Most node runs that this request resolves; 1 to 100. @defaultValue 50 */
  readonly limit?: number
}

/** Answer to a request to resolve a group. */
export interface ResolvedParkedGroup {
  /** Number of node runs that this request has resolved. */
  readonly resolved: number
  /** These node runs; one that is tried again may be parked again later. */
  readonly nodeRuns: readonly NodeRunRef[]
  /** Number of node runs that were resolved by others, or canceled, in the meantime. */
  readonly closed: number
  /** Node runs that do not allow the resolution, with the reason; they remain parked. */
  readonly refused: readonly ParkedRefusal[]
  /** Cursor for the rest of the group; `null` after the last one. */
  readonly nextCursor: string | null
}

/** A node run, by its ids. */
export interface NodeRunRef {
  /** Run of the node run. */
  readonly runId: RunId
  /** Id of the node run, unique within the run. */
  readonly nodeRunId: NodeRunId
}

/** A parked node run that did not allow a resolution. */
export interface ParkedRefusal {
  /** Id of the parked node run. */
  readonly parkedId: string
  /** Error code, such as `RESOLUTION_REFUSED` or `NODE_PARAMS_INVALID`. */
  readonly code: string
  /** Sentence that describes the reason. */
  readonly message: string
}
