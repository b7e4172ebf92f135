import type { Json } from '@tenon/core/document'
import type { Vote, WaitFor } from '@tenon/core/node'
import {
  type Decision,
  decisionId,
  type Fact,
  factId,
  type IterationsWait,
  makeValueRef,
  type NodeWait,
  type ParkResolution,
  type RunEvent,
} from '@tenon/core/run'
import { createMachine } from '../machine.ts'
import { CURRENT_SEMANTICS, type Machine } from '../machine-types.ts'
import type { Plan } from '../plan.ts'

/** A run that a test drives: it keeps a log like the store, and has a method for each fact. */
export interface SimulatedRun {
  readonly machine: Machine
  readonly log: readonly RunEvent[]
  apply(fact: Fact): readonly Decision[]
  start(options?: {
    readonly trigger?: string
    readonly input?: Json
    readonly deadlineAt?: number
  }): readonly Decision[]
  complete(nodeRunId: string, port?: string, output?: Json, outcome?: string): readonly Decision[]
  fail(nodeRunId: string, code?: string): readonly Decision[]
  cancelNode(nodeRunId: string, how?: 'canceled' | 'abandoned'): readonly Decision[]
  skip(nodeRunId: string): readonly Decision[]
  suspend(nodeRunId: string, waitFor: NodeWait): readonly Decision[]
  vote(waitId: string, choice: string, userId?: string): readonly Decision[]
  fireTimer(timerId: string): readonly Decision[]
  /** Resolves the parked node run of a wait for Cleo. */
  resolve(waitId: string, resolution: ParkResolution): readonly Decision[]
  cancel(): readonly Decision[]
  /** Requests a pause for Ann, each time with a new id unless one is given. */
  pause(requestId?: string): readonly Decision[]
  /** Requests the resumption for Bob. */
  resume(requestId?: string): readonly Decision[]
}

/** Creates an approval to wait for. */
export function approvalOf(
  options: { readonly required?: number; readonly dueAt?: number | null } = {},
): Extract<WaitFor, { kind: 'approval' }> {
  return {
    kind: 'approval',
    title: 'Review',
    message: '',
    choices: ['approve', 'reject'],
    approvers: {},
    required: options.required ?? 1,
    evidence: null,
    dueAt: options.dueAt ?? null,
  }
}

/** Creates the wait of a loop for one iteration per item. */
export function iterationsOf(items: readonly Json[], options: Partial<IterationsWait> = {}): IterationsWait {
  const loop = { concurrency: 1, onFailure: 'fail', keep: 'all', ...options } as const
  return { kind: 'iterations', count: items.length, items: makeValueRef([...items]), dueAt: null, ...loop }
}

/** Creates a vote of one user. */
export function voteOf(choice: string, userId = 'ann', at = 0): Vote {
  return { actor: { userId, displayName: userId, role: 'admin' }, choice, at }
}

/** Starts a run of the plan; its clock advances by 10 ms per fact. */
export function simulateRun(plan: Plan, machine: Machine = createMachine(plan)): SimulatedRun {
  const log: RunEvent[] = []
  let at = 1_000

  function record(event: Fact | Decision, envelope: { id: string; class: 'fact' | 'decision'; cause?: number }): void {
    log.push({ seq: log.length + 1, turn: machine.turn, v: 1, at, ...envelope, ...event })
  }

  function apply(fact: Fact): readonly Decision[] {
    const before = machine.turn
    at += 10
    machine.mark()
    const decisions = machine.apply({ ...fact, at })
    if (machine.turn === before) return decisions
    const id = factId(fact)
    record(fact, { id, class: 'fact' })
    const cause = log.length
    for (const [index, decision] of decisions.entries()) {
      record(decision, { id: decisionId(id, index), class: 'decision', cause })
    }
    return decisions
  }

  function passOf(nodeRunId: string): number {
    return machine.openNodeRuns().find((open) => open.nodeRunId === nodeRunId)?.pass ?? 1
  }

  return {
    machine,
    log,
    apply,
    start({ trigger = 'start', input = {}, deadlineAt } = {}) {
      return apply({
        type: 'run_started',
        data: {
          planHash: plan.planHash,
          semantics: CURRENT_SEMANTICS,
          seed: 'seed',
          trigger,
          input: makeValueRef(input),
          deadlineAt: deadlineAt ?? null,
          actor: null,
        },
      })
    },
    complete(nodeRunId, port = 'success', output = {}, outcome) {
      const data = { pass: passOf(nodeRunId), attempt: 1, port, output: makeValueRef(output), durationMs: 1 }
      return apply({
        type: 'node_completed',
        nodeRunId,
        data: outcome === undefined ? data : { ...data, outcome },
      })
    },
    fail(nodeRunId, code = 'NODE_FAILED') {
      const data = {
        pass: passOf(nodeRunId),
        attempt: 1,
        error: { code, message: `It failed: ${code}` },
        durationMs: 1,
      }
      return apply({ type: 'node_failed', nodeRunId, data })
    },
    cancelNode: (nodeRunId, how = 'canceled') =>
      apply({ type: 'node_canceled', nodeRunId, data: { pass: passOf(nodeRunId), how } }),
    skip: (nodeRunId) => apply({ type: 'node_skipped', nodeRunId, data: { pass: passOf(nodeRunId) } }),
    suspend: (nodeRunId, waitFor) =>
      apply({ type: 'node_suspended', nodeRunId, data: { pass: passOf(nodeRunId), waitFor } }),
    vote: (waitId, choice, userId) =>
      apply({ type: 'approval_decided', data: { waitId, vote: voteOf(choice, userId) } }),
    fireTimer: (timerId) => apply({ type: 'timer_fired', data: { timerId, dueAt: at, lateMs: 0 } }),
    resolve: (waitId, resolution) => {
      const actor = { userId: 'cleo', displayName: 'Cleo' }
      return apply({ type: 'parked_resolved', data: { waitId, requestId: `resolve-${at}`, resolution, actor } })
    },
    cancel: () => apply({ type: 'cancel_requested', data: { reason: 'user', actor: null } }),
    pause: (requestId = `pause-${at}`) =>
      apply({ type: 'pause_requested', data: { requestId, actor: { userId: 'ann', displayName: 'Ann' } } }),
    resume: (requestId = `resume-${at}`) =>
      apply({ type: 'resume_requested', data: { requestId, actor: { userId: 'bob', displayName: 'Bob' } } }),
  }
}
