import type { NodeRunId } from '../ids.ts'
import type { Decision } from './decisions.ts'
import type { Fact } from './facts.ts'
import type { Observation } from './observations.ts'

/** Class of an event of the run log: an external event, its consequence, or information for people. */
export type EventClass = 'fact' | 'decision' | 'observation'

/** Position and origin of an event in its run. */
export interface EventEnvelope {
  /** Position in the run log, from 1 without gaps. */
  readonly seq: number
  /** Turn of the fact, or of the decision's fact; for observations the last turn before. */
  readonly turn: number
  /** Origin of the event: a fact, a decision or an observation. */
  readonly class: EventClass
  /** Deterministic id, unique within the run. */
  readonly id: string
  /** Version of the event format. */
  readonly v: 1
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** `seq` of the fact that a decision follows from. */
  readonly cause?: number
}

/** One entry of the run log; `type` distinguishes the kinds. Events are never changed or removed. */
export type RunEvent = EventEnvelope & (Fact | Decision | Observation)
/** Type of an entry of the run log. */
export type RunEventType = RunEvent['type']

/** A text frame of `/runs/{runId}/logs` and the data of a server-sent event. */
export interface RunEventFrame {
  /** Position in the run log, from 1 without gaps. */
  readonly seq: number
  /** Type of the event, which decides the shape of `data`. */
  readonly type: RunEventType
  /** Time of the event, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Node run that the event belongs to; absent for events of the run itself. */
  readonly nodeRunId?: NodeRunId
  /** Content of the event, with credentials masked. */
  readonly data: RunEvent['data']
}
