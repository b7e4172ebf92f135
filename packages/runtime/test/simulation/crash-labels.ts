import type { AppendOperation } from '../../src/store/append.ts'
import type { CrashPoint } from './world.ts'

/**
 * Operations of appends, each with true if simulated runs have it. A new operation has no label until it is added here,
 * which the compiler demands.
 */
const OPERATIONS: Readonly<Record<AppendOperation['op'], boolean>> = {
  timer_set: true,
  timer_clear: true,
  timers_end: true,
  wait_open: true,
  wait_close: true,
  wait_reopen: true,
  waits_lock: true,
  event_lock: true,
  event_match: true,
  event_wake: true,
  child_create: true,
  handler_create: true,
  child_begin: true,
  child_unqueue: true,
  payload_ref: true,
  plan: true,
  message: true,
  inbox_consumed: true,
  inbox_clear: true,
  ready: true,
  wake: true,
  finish: true,
  dispatch_add: true,
  dispatch_cancel: true,
  dispatch_end: true,
  move: true,
  require: true,
  snapshot: true,
  engine: false,
  engine_lock: false,
  unready: false,
  rerun: false,
  payload_location: false,
  outbox: false,
  event_outbox: false,
  outbox_clear: false,
}

const KINDS = ['create', 'advance', 'observe'] as const
const DISPATCH = ['findWork', 'acquire', 'clearTimers', 'release', 'releaseDispatch', 'releasePaused'] as const
const MORE_DISPATCH = ['wakeDispatches', 'endDispatch', 'renewLease'] as const
const INBOX = ['vote', 'resolve', 'send', 'cancel', 'skipCompensation', 'pause', 'resume', 'move'] as const

/** Labels of the requests of a simulation that write: kinds and operations of appends, and calls of the other stores. */
const CRASH_LABELS: readonly string[] = [
  ...KINDS.map((kind) => `append.${kind}`),
  ...Object.entries(OPERATIONS).flatMap(([op, isSimulated]) => (isSimulated ? [`append/${op}`] : [])),
  ...[...DISPATCH, ...MORE_DISPATCH].map((name) => `dispatch.${name}`),
  'logs.apply',
  ...['admission.accept', 'admission.sweep'],
  ...INBOX.map((name) => `inbox.${name}`),
]

/** The moments before and after each request with a label. */
export const CRASH_SIDES: readonly Omit<CrashPoint, 'at'>[] = CRASH_LABELS.flatMap((label) => [
  { label, side: 'before' as const },
  { label, side: 'after' as const },
])

/** Labels that a few thousand seeds may miss: very long runs, canceled children and queued nodes, answers that come late. */
export const SELDOM: ReadonlySet<string> = new Set([
  ...['append.observe', 'append/snapshot', 'append/payload_ref', 'append/wait_reopen', 'append/dispatch_cancel'],
  ...['append/waits_lock', 'append/child_unqueue', 'dispatch.endDispatch', 'dispatch.releasePaused'],
])
