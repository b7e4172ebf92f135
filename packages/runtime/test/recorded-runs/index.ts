import { deadline, failures, nested, passedOver, race, ticketTo, tooFew } from './branching-runs.ts'
import type { RecordedRun } from './record-run.ts'
import { changed, compensated, moved, parked, paused, repeated } from './repaired-runs.ts'
import { called, children, collected, events } from './runs-with-others.ts'

/** Every kind of run that is kept, by the name of its file. */
export const RECORDED_RUNS: Readonly<Record<string, () => RecordedRun>> = {
  'ticket-answered': () => ticketTo('answered'),
  'ticket-escalated': () => ticketTo('escalated'),
  'ticket-rejected': () => ticketTo('rejected'),
  'race-any': () => race('any'),
  'race-first-success': () => race('first-success'),
  'race-count': () => race({ count: 3 }),
  'failure-cancels': failures,
  'too-few-arrivals': tooFew,
  deadline,
  'passed-over': passedOver,
  paused,
  parked,
  events,
  compensated,
  repeated,
  moved,
  changed,
  children,
  called,
  collected,
  'nested-1': () => nested(1, 0),
  'nested-2': () => nested(2, 0),
  'nested-3': () => nested(3, 0),
  'nested-4': () => nested(4, 25),
  'nested-5': () => nested(5, 0),
  'nested-6': () => nested(6, 40),
}
