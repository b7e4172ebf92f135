import type { WaitFor } from '../../node/implementation.ts'
import type { Decision } from '../decisions.ts'
import type { Fact } from '../facts.ts'
import type { LogEntry } from '../frame.ts'
import type { Observation } from '../observations.ts'
import { makeValueRef } from '../value-ref.ts'
import type { IterationsWait } from '../waits.ts'

const EMPTY = makeValueRef({})
export const OUTPUT = makeValueRef({ n: 1 })
export const ERROR = { code: 'HTTP_FAILED', message: 'no answer' }
export const APPROVAL: Extract<WaitFor, { kind: 'approval' }> = {
  kind: 'approval',
  title: 'Review',
  message: '',
  choices: ['approve', 'reject'],
  approvers: {},
  required: 1,
  evidence: null,
  dueAt: null,
}

/** An event in a test, without its envelope. */
export type Event = Fact | Decision | Observation

/** Creates a log: the first event at 1,000 ms, each further one 10 ms later. */
export function logOf(...events: Event[]): LogEntry[] {
  return events.map((event, index) => ({ seq: index + 1, at: 1_000 + 10 * index, ...event }))
}

export const started: Event = {
  type: 'run_started',
  data: { planHash: 'p', semantics: 1, seed: '', trigger: 'start', input: EMPTY, deadlineAt: null, actor: null },
}
export const scheduled = (nodeRunId: string, mode: 'inline' | 'dispatch' = 'dispatch', pass = 1): Event => ({
  type: 'node_scheduled',
  nodeRunId,
  data: { pass, mode, queue: null, resume: null },
})
export const begun = (nodeRunId: string, attempt = 1, pass = 1): Event => ({
  type: 'node_started',
  nodeRunId,
  data: { pass, attempt, input: OUTPUT, worker: 'w', queue: null },
})
export const completed = (nodeRunId: string, attempt = 1, pass = 1): Event => ({
  type: 'node_completed',
  nodeRunId,
  data: { pass, attempt, port: 'success', output: OUTPUT, durationMs: 4 },
})
export const failed = (nodeRunId: string, attempt = 1): Event => ({
  type: 'node_failed',
  nodeRunId,
  data: { pass: 1, attempt, error: ERROR, durationMs: 4 },
})
export const erred = (nodeRunId: string, attempt: number, nextAt: number | null): Event => ({
  type: 'node_error',
  nodeRunId,
  data: { pass: 1, attempt, error: ERROR, nextAt, durationMs: 4 },
})
export const suspended = (nodeRunId: string, waitFor: WaitFor = APPROVAL): Event => ({
  type: 'node_suspended',
  nodeRunId,
  data: { pass: 1, waitFor },
})
const iterations = (count: number): IterationsWait => ({
  kind: 'iterations',
  count,
  keep: 'all',
  concurrency: 1,
  onFailure: 'collect',
  items: EMPTY,
  dueAt: null,
})
export const iterating = (nodeRunId: string, count: number, pass = 1): readonly Event[] => [
  { type: 'node_suspended', nodeRunId, data: { pass, waitFor: iterations(count) } },
  { type: 'wait_opened', nodeRunId, data: { waitId: `${nodeRunId}/${pass}/0`, waitFor: iterations(count) } },
]
export const iterationBegun = (nodeRunId: string, index: number): Event => ({
  type: 'iteration_started',
  nodeRunId,
  data: { index },
})
export const iterationEnded = (
  nodeRunId: string,
  index: number,
  how: 'completed' | 'failed' | 'canceled' = 'completed',
): Event => ({
  type: 'iteration_ended',
  nodeRunId,
  data: { index, how, output: how === 'completed' ? OUTPUT : null, error: how === 'failed' ? ERROR : null },
})
export const needed = (nodeRunId: string): Event => ({
  type: 'approval_needed',
  nodeRunId,
  data: { waitId: `${nodeRunId}/1/0`, waitFor: APPROVAL },
})
export const closed = (nodeRunId: string, how: 'resolved' | 'timeout' | 'canceled'): Event => ({
  type: 'wait_closed',
  nodeRunId,
  data: { waitId: `${nodeRunId}/1/0`, how },
})
export const voted = (nodeRunId: string, choice: string): Event => ({
  type: 'approval_decided',
  data: {
    waitId: `${nodeRunId}/1/0`,
    vote: { actor: { userId: 'ann', displayName: 'Ann', role: 'admin' }, choice, at: 1 },
  },
})
