import type { NodeId, NodeRunId, RunId, WaitId, WorkflowId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { IsoInstant } from './types.ts'

/** Request that sends an event to the runs of the tenant that wait for it, and to the triggers of its type. */
export interface SendEvent {
  /** Name of the event, which is its type for triggers: 1 to 200 characters, such as `order.paid`. */
  readonly name: string
  /**
   * Correlation key, 1 to 400 characters: the event ends the waits with its name and its key.
   *
   * @defaultValue the event ends no waits; it starts runs only
   */
  readonly key?: string
  /** Payload, which the waiting nodes put out, and the data of the event for triggers. @defaultValue `{}` */
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
  /**
   * `delivered` if it has ended a wait, `buffered` if it is kept for the next wait with its name and its key, `accepted` if
   * it serves no waits, or is one of a batch, which ends waits right after this answer. Each status is also that of an
   * event which starts runs, right after this answer.
   */
  readonly status: 'delivered' | 'buffered' | 'accepted'
  /** Number of waits that it has ended; 0 if it was buffered. */
  readonly delivered: number
  /** Time until which it is kept for a wait; `null` unless it is. */
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

/** An event that a server has received, as runs that it starts see it in `trigger`. */
export interface ReceivedEvent {
  /** Id that its sender has chosen, unique within the source. */
  readonly id: string
  /** Origin of the event: that of its CloudEvent, `api` or `host`. */
  readonly source: string
  /** Type of the event. */
  readonly type: string
  /** Time at which it happened by its sender, or was received. */
  readonly time: IsoInstant
  /** Object that the event is about, and the key of waits; `null` without one. */
  readonly subject: string | null
  /** Data of the event. */
  readonly data: Json
}

/** An event of the list of received events. */
export interface ListedEvent extends ReceivedEvent {
  /** `pending` until the event is accepted for its triggers, `refused` if it starts and continues no run. */
  readonly state: StartRequestState
  /** Code of the error for which it was refused, or for which it waits to be tried again; `null` otherwise. */
  readonly code: string | null
  /** Sentence about that error; `null` without one. */
  readonly message: string | null
}

/** A type of events that the host has declared. */
export interface EventType {
  /** Type, such as `order.created`. */
  readonly type: string
  /** Title for people. */
  readonly title: string
  /** Sentence about the moment at which the host sends it; `null` without one. */
  readonly description: string | null
  /** JSON Schema of the data of each event of the type; `null` if any data is accepted. */
  readonly schema: JsonSchema | null
  /** Data of an example; `null` without one. */
  readonly example: Json
}

/** The types of events that a host has declared. */
export interface EventTypes {
  /** Declared types, in the order of the host. */
  readonly items: readonly EventType[]
  /** `refuse` if events of other types are refused. */
  readonly undeclared: 'allow' | 'refuse'
}

/** States of a request that was stored in a transaction of the host: it waits, was accepted, or was refused for good. */
export const START_REQUEST_STATES = ['pending', 'accepted', 'refused'] as const
/** One of {@link START_REQUEST_STATES}. */
export type StartRequestState = (typeof START_REQUEST_STATES)[number]

/** A run that was requested in a transaction of the host. */
export interface StartRequest {
  /** Id of the request, unique within the tenant. */
  readonly requestId: string
  /** Workflow that it names, which need not exist. */
  readonly workflowId: WorkflowId
  /** Run that it starts or has started. */
  readonly runId: RunId
  /** State of the request. */
  readonly state: StartRequestState
  /** Time at which it was stored. */
  readonly at: IsoInstant
  /** Number of times that the server has failed to accept it so far. */
  readonly attempts: number
  /** Code of the error for which it was refused, or for which it waits to be tried again; `null` otherwise. */
  readonly code: string | null
  /** Sentence about that error; `null` without one. */
  readonly message: string | null
}
