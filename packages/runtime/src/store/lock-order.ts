import type { AppendOperation } from './append-types.ts'

/**
 * Every transaction locks in this order: the run, payloads and plans, waits and votes, messages, timers, rows of ready
 * runs and of queued nodes, the outbox. A vote locks its wait before its message; an append that took them the other
 * way round would deadlock.
 */
export const LOCK_ORDER: Readonly<Record<AppendOperation['op'], number>> = {
  plan: 0,
  snapshot: 1,
  wait_open: 2,
  wait_close: 2,
  inbox_consumed: 3,
  inbox_clear: 3,
  timer_set: 4,
  timer_clear: 4,
  ready: 5,
  finish: 5,
  dispatch_add: 6,
  dispatch_cancel: 6,
  dispatch_end: 6,
  outbox: 7,
  outbox_clear: 7,
}
