import type { NodeId, RunId } from '../ids.ts'
import type { TriggerKind } from '../node/trigger-params.ts'
import type { Actor } from '../run/actor.ts'
import type { IsoInstant } from './types.ts'

/** A trigger by which the server starts runs of a workflow. */
export interface Trigger {
  /** Node of the trigger, unique within the workflow. */
  readonly nodeId: NodeId
  /** Way in which the trigger starts runs. */
  readonly kind: TriggerKind
  /** `unpublished` if the version with which runs start lacks the trigger; then it starts runs by its test address only. */
  readonly state: 'active' | 'paused' | 'unpublished'
  /** Version whose settings the trigger has; `null` if it is unpublished. */
  readonly version: string | null
  /** Address of a webhook, which is the same before the workflow is published; `null` for other kinds. */
  readonly url: string | null
  /** Open test; `null` without one. */
  readonly test: TriggerTest | null
  /** Person who has paused it; `null` unless it is paused. */
  readonly pausedBy: Actor | null
}

/** A test that is open: a message to its address, or an event of the type, starts a test run of the draft as well. */
export interface TriggerTest {
  /** Test address of a webhook; `null` for other kinds. */
  readonly url: string | null
  /** Time until which it is open. */
  readonly expiresAt: IsoInstant
}

/**
 * Outcomes of a message: it has started a run; it was merged into one that waits; it repeats a request by the settings of
 * the workflow; it was rejected; its run is about to be started; the server stopped before that, and the sender must send it
 * again.
 */
export const TRIGGER_OUTCOMES = ['started', 'merged', 'deduplicated', 'rejected', 'pending', 'failed'] as const
/** One of {@link TRIGGER_OUTCOMES}. */
export type TriggerOutcome = (typeof TRIGGER_OUTCOMES)[number]

/** A message that a trigger has received. */
export interface TriggerEvent {
  /** Id of the event, unique within the tenant. */
  readonly eventId: string
  /** Time of the first message. */
  readonly at: IsoInstant
  /** `test` for a message to the test address, whose run is one of the draft. */
  readonly mode: 'live' | 'test'
  /** Decision about it. */
  readonly outcome: TriggerOutcome
  /** Run that it has started or is part of; `null` without one. */
  readonly runId: RunId | null
  /** Number of later messages with the same key, which have started no run. */
  readonly repeats: number
  /** Code of the error for which it was rejected or has failed; `null` otherwise. */
  readonly code: string | null
  /** Sentence about a rejection or failure; `null` otherwise. */
  readonly message: string | null
}

/** Answer to a message to a webhook: its run is stored. */
export interface AcceptedWebhook {
  /** Run that the message has started or is part of. */
  readonly runId: RunId
  /** `repeated` if an earlier message with the same key has started the run. */
  readonly status: 'accepted' | 'repeated'
}
