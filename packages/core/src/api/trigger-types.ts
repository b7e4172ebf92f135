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
  /** Address of a webhook or a form, which is the same before the workflow is published; `null` for other kinds. */
  readonly url: string | null
  /** Open test; `null` without one. */
  readonly test: TriggerTest | null
  /** Person who has paused it; `null` unless it is paused, and if the server has paused it after repeated failures. */
  readonly pausedBy: Actor | null
  /** State of a schedule; `null` for another kind, and for one that is not published. */
  readonly schedule: ScheduleState | null
  /** State of a poll; `null` for another kind, and for one that is not published. */
  readonly poll: PollState | null
}

/** State of a published trigger that asks a service for new items. */
export interface PollState {
  /** Time of the next poll; `null` while it is paused. */
  readonly nextAt: IsoInstant | null
  /** Time of the last poll that has succeeded; `null` before. */
  readonly polledAt: IsoInstant | null
  /** Number of polls that have failed since then. */
  readonly failures: number
  /** Failure of the last poll; `null` if it has succeeded. After repeated failures, the trigger is paused for it. */
  readonly failure: { readonly code: string; readonly message: string } | null
}

/** Items that a poll would start runs for now; nothing is started or stored. */
export interface PollPreview {
  /** Items in the order in which their runs would start, 20 at most. */
  readonly items: readonly PolledItemPreview[]
  /** Number of new items. */
  readonly newCount: number
  /** Number of items that the published trigger has seen before. */
  readonly seenCount: number
  /** `true` if the next poll is the first one and begins with what is new after it: it would start no runs. */
  readonly startsNone: boolean
}

/** An item of a preview. */
export interface PolledItemPreview {
  /** Id by which the item is recognized. */
  readonly id: string
  /** Input of its run, as JSON; cut if it is long. */
  readonly data: string
  /** `false` if the published trigger has seen it before. */
  readonly isNew: boolean
}

/** State of a published schedule. */
export interface ScheduleState {
  /** Time zone in which its times are meant. */
  readonly zone: string
  /** Next time; `null` while it is paused, and if it has none. */
  readonly nextAt: IsoInstant | null
  /** Time that waits for the end of the run before; `null` without one. */
  readonly waitingAt: IsoInstant | null
}

/** Next times of a schedule, as the server computes them. */
export interface SchedulePreview {
  /** Time zone of the schedule. */
  readonly zone: string
  /** Next times, in order; empty if the schedule has none. */
  readonly times: readonly ScheduleTime[]
  /** Time of the server, from which they were computed. */
  readonly now: IsoInstant
}

/** One time of a schedule. */
export interface ScheduleTime {
  /** Instant. */
  readonly at: IsoInstant
  /** The same as the clocks of the time zone show it: `2026-11-30T09:00`. */
  readonly local: string
  /** `gap` if clocks skip the time that is meant, so that it is later; `repeated` if clocks show it twice. */
  readonly clockChange: 'gap' | 'repeated' | null
}

/** Request for runs of times that have passed. */
export interface Backfill {
  /** Begin of the range, included. */
  readonly from: IsoInstant
  /** End of the range, included; not in the future. */
  readonly to: IsoInstant
}

/** Result of a backfill: each time of the range, in order. */
export interface BackfillResult {
  /** Times with their runs. */
  readonly items: readonly BackfilledTime[]
}

/** A time of a backfill. */
export interface BackfilledTime {
  /** Time of the schedule. */
  readonly dueAt: IsoInstant
  /** `repeated` if the time had started a run before; `rejected` with the code of the error. */
  readonly outcome: 'started' | 'repeated' | 'rejected'
  /** Run of the time; `null` if it was rejected. */
  readonly runId: RunId | null
  /** Code of the error; `null` without one. */
  readonly code: string | null
}

/** A test that is open: a message to its address, or an event of the type, starts a test run of the draft as well. */
export interface TriggerTest {
  /** Test address of a webhook or a form; `null` for other kinds. */
  readonly url: string | null
  /** Time until which it is open. */
  readonly expiresAt: IsoInstant
}

/**
 * Outcomes of an event, which is a message or a time of a schedule: it has started a run; it was merged into one that waits;
 * it repeats a request by the settings of the workflow; it was rejected; its run is about to be started; the server stopped
 * before that, and the sender must send it again; a time was skipped since the run before was in progress, or the first poll
 * of a service skips what was there; times were missed since no server was running; messages of an hour were filtered out.
 */
export const TRIGGER_OUTCOMES = [
  'started',
  'merged',
  'deduplicated',
  'rejected',
  'pending',
  'failed',
  'skipped',
  'missed',
  'filtered',
] as const
/** One of {@link TRIGGER_OUTCOMES}. */
export type TriggerOutcome = (typeof TRIGGER_OUTCOMES)[number]

/** A message that a trigger has received, or a time of a schedule. */
export interface TriggerEvent {
  /** Id of the event, unique within the tenant. */
  readonly eventId: string
  /** Time of the first message; time at which a schedule has started its run. */
  readonly at: IsoInstant
  /** `test` for a message to the test address, whose run is one of the draft. */
  readonly mode: 'live' | 'test'
  /** Decision about it. */
  readonly outcome: TriggerOutcome
  /** Run that it has started or is part of; `null` without one. */
  readonly runId: RunId | null
  /** Time for which a schedule has started its run, the first one for several; `null` for a message. */
  readonly dueAt: IsoInstant | null
  /** Number of later messages with the same key, which have started no run; of further times missed, or messages filtered out. */
  readonly repeats: number
  /** Code of the error for which it was rejected or has failed; `null` otherwise. */
  readonly code: string | null
  /** Sentence about a rejection or failure; `null` otherwise. */
  readonly message: string | null
}

/** Answer to a message for which the filter of its webhook is false: it starts no run, and need not be sent again. */
export interface FilteredWebhook {
  /** Distinguishes it from {@link AcceptedWebhook}. */
  readonly status: 'filtered'
}

/** Answer to a message to a webhook: its run is stored. */
export interface AcceptedWebhook {
  /** Run that the message has started or is part of. */
  readonly runId: RunId
  /** `repeated` if an earlier message with the same key has started the run. */
  readonly status: 'accepted' | 'repeated'
}
