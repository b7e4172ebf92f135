import type { NodeId, RunId, TenantId, WorkflowId } from '../ids.ts'
import type { IsoInstant } from './types.ts'

/** Every type of event that endpoints of tenants and `onEvent` of the host can receive. */
export const WEBHOOK_EVENT_TYPES = [
  'run.completed',
  'run.failed',
  'run.canceled',
  'node.parked',
  'approval.opened',
  'connection.needs_reauth',
  'trigger.paused',
  'trigger.resumed',
  'version.published',
  'rollout.rolled_back',
  'endpoint.disabled',
  'endpoint.test',
] as const
/** One of {@link WEBHOOK_EVENT_TYPES}. */
export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number]

/** A live run that no other run has started, after its end. */
export interface RunEventData {
  /** Id of the run. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Version with which the run has ended. */
  readonly version: string
  /** Time at which the run was requested. */
  readonly queuedAt: IsoInstant
  /** Time at which the run ended. */
  readonly finishedAt: IsoInstant
  /** Code and message of the failure; `null` unless the run has failed. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** A node run that waits for a person. */
export interface NodeParkedEventData {
  /** Id by which the node run is resolved. */
  readonly parkedId: string
  /** Run of the node run. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Node that has failed. */
  readonly nodeId: NodeId
  /** Number that equal failures of the workflow share. */
  readonly fingerprint: string | null
}

/** An approval that waits for people. */
export interface ApprovalOpenedEventData {
  /** Id by which the approval is decided. */
  readonly approvalId: string
  /** Run that waits. */
  readonly runId: RunId
  /** Workflow of the run. */
  readonly workflowId: WorkflowId
  /** Node that waits. */
  readonly nodeId: NodeId
  /** Time at which the approval is due; `null` if it may wait forever. */
  readonly dueAt: IsoInstant | null
}

/** A connection whose service no longer accepts its credentials. */
export interface ConnectionEventData {
  /** Id of the connection. */
  readonly connectionId: string
  /** Id of its connector. */
  readonly connector: string
  /** Name for people; `null` for a connection that one person alone may use. */
  readonly name: string | null
}

/** A trigger that a person has paused or resumed. */
export interface TriggerEventData {
  /** Workflow of the trigger. */
  readonly workflowId: WorkflowId
  /** Node of the trigger. */
  readonly nodeId: NodeId
}

/** A version of a workflow. */
export interface VersionEventData {
  /** The workflow. */
  readonly workflowId: WorkflowId
  /** Number of the version, as a text. */
  readonly version: string
}

/** An endpoint that gets no more events. */
export interface EndpointDisabledEventData {
  /** Id of the endpoint. */
  readonly endpointId: string
  /** URL of the endpoint, without its query. */
  readonly url: string
  /** Sentence that says why. */
  readonly reason: string
}

/** Data of an event by its type. */
export interface WebhookEventDataByType {
  /** A run has completed. */
  readonly 'run.completed': RunEventData
  /** A run has failed. */
  readonly 'run.failed': RunEventData
  /** A run was canceled. */
  readonly 'run.canceled': RunEventData
  /** A node run has failed and waits for a person. */
  readonly 'node.parked': NodeParkedEventData
  /** An approval waits for people. */
  readonly 'approval.opened': ApprovalOpenedEventData
  /** A connection must be connected again. */
  readonly 'connection.needs_reauth': ConnectionEventData
  /** A trigger was paused. */
  readonly 'trigger.paused': TriggerEventData
  /** A trigger was resumed. */
  readonly 'trigger.resumed': TriggerEventData
  /** A version was published. */
  readonly 'version.published': VersionEventData
  /** A canary was rolled back, by a person or because too many of its runs have failed. */
  readonly 'rollout.rolled_back': VersionEventData
  /** An endpoint was disabled after its deliveries have failed for days. */
  readonly 'endpoint.disabled': EndpointDisabledEventData
  /** A person has asked for a test delivery. */
  readonly 'endpoint.test': {
    /** Id of the endpoint. */
    readonly endpointId: string
  }
}

/** Fields of an event of one type. */
export interface WebhookEventOf<Type extends WebhookEventType> {
  /** Id of the event, the same in each delivery of it: a receiver ignores one that it knows. */
  readonly id: string
  /** Type of the event. */
  readonly type: Type
  /** Time at which it happened. */
  readonly timestamp: IsoInstant
  /** Tenant in which it happened. */
  readonly tenantId: TenantId
  /** Ids and times; the API returns the rest to those who may read it. */
  readonly data: WebhookEventDataByType[Type]
}

/** Something that has happened in a tenant, as endpoints and `onEvent` receive it. */
export type WebhookEvent = { readonly [Type in WebhookEventType]: WebhookEventOf<Type> }[WebhookEventType]
