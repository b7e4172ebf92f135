import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import type { IsoInstant } from './types.ts'

/** Request that sends an event to the runs of the tenant that wait for it. */
export interface SendEvent {
  /** Name of the event, 1 to 200 characters, such as `order.paid`. */
  readonly name: string
  /** Correlation key, 1 to 400 characters: the event ends the waits with its name and its key. */
  readonly key: string
  /** Payload, which the waiting nodes put out. @defaultValue `{}` */
  readonly payload?: JsonObject
  /**
   * Id of the event, 1 to 200 characters. Sending it again returns the first answer and changes nothing.
   *
   * @defaultValue a new id
   */
  readonly id?: string
  /**
   * Time for which the event is kept for a wait that has yet to begin, and its id is recognized: `30s` to `30d`.
   *
   * @defaultValue `7d`
   */
  readonly ttl?: string
}

/** Answer to an event that was sent. The event is stored: the runs continue also if this server stops. */
export interface SentEvent {
  /** Id of the event. */
  readonly eventId: string
  /** `delivered` if it has ended a wait, `buffered` if it is kept for the next wait with its name and its key. */
  readonly status: 'delivered' | 'buffered'
  /** Number of waits that it has ended; 0 if it was buffered. */
  readonly delivered: number
  /** Time until which it is kept; `null` if it was delivered. */
  readonly expiresAt: IsoInstant | null
  /** Waits that stay open because the payload does not fit their schemas; the first 20. */
  readonly refused: readonly EventRefusal[]
}

/** A wait that an event has not ended. */
export interface EventRefusal {
  /** Run that still waits. */
  readonly runId: RunId
  /** Node run that still waits. */
  readonly nodeRunId: NodeRunId
  /** Sentence that describes the fault of the payload. */
  readonly message: string
}

/** A node run that waits for an event or for a callback, or has done so. */
export interface EventWait {
  /** Id of the wait, unique within the run. */
  readonly waitId: WaitId
  /** Run that waits. */
  readonly runId: RunId
  /** Node run that waits, unique within the run. */
  readonly nodeRunId: NodeRunId
  /** Node that waits. */
  readonly nodeId: NodeId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Present name of the workflow. */
  readonly workflowName: string
  /** Kind of the wait. */
  readonly kind: 'event' | 'callback'
  /** Name of the event; `null` for a callback. */
  readonly name: string | null
  /** Correlation key of the event; `null` for a callback. */
  readonly key: string | null
  /** Schema of the payload; `null` for any payload. */
  readonly schema: JsonSchema | null
  /** State of the wait; `resolved` after its event. */
  readonly status: 'open' | 'resolved' | 'timeout' | 'canceled'
  /** Start of the wait. */
  readonly openedAt: IsoInstant
  /** Time at which the run continues without the event; `null` without a limit. */
  readonly dueAt: IsoInstant | null
}

/** Answer to a callback: it is stored, and the run continues when it waits for it. */
export interface AcceptedCallback {
  /** `delivered` if the run waits for it, `buffered` if the run has yet to reach the node. */
  readonly status: 'delivered' | 'buffered'
}
