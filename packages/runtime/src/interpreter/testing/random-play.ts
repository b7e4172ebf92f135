import type { Vote, WaitFor } from '@tenon/core/node'
import { type Fact, makeValueRef, nodeIdOf, type PauseRequest } from '@tenon/core/run'
import { CURRENT_SEMANTICS, type Machine, type OpenNodeRun } from '../machine-types.ts'
import { nodesWithin, type Plan, type PlanNode } from '../plan.ts'
import { approvalOf, iterationsOf, voteOf } from './simulated-run.ts'
import type { Tape } from './tape.ts'

/** Frequencies of events in a random run: one in the given number, 0 for never. */
export interface PlayOptions {
  readonly cancelOneIn?: number
  readonly pauseOneIn?: number
  readonly deadlineAt?: number | null
}

const USERS = ['ann', 'bob', 'cleo']

export function startFact(
  plan: Plan,
  deadlineAt: number | null = null,
  trigger = 'n0',
): Extract<Fact, { type: 'run_started' }> {
  const { planHash } = plan
  const input = makeValueRef({ start: true })
  const data = { planHash, semantics: CURRENT_SEMANTICS, seed: 's', trigger, input, deadlineAt, actor: null }
  return { type: 'run_started', data }
}

function answerWait({ waitId, waitKind, nodeRunId }: OpenNodeRun & { readonly waitId: string }, tape: Tape): Fact {
  if (waitKind === 'time' || tape.next(5) === 0) {
    return { type: 'timer_fired', data: { timerId: waitId, dueAt: 5, lateMs: nodeRunId.length } }
  }
  if (waitKind === 'event' || waitKind === 'callback') return eventFact(waitId, tape)
  const user = USERS[tape.next(USERS.length)] ?? ''
  const vote: Vote = voteOf(tape.next(2) === 0 ? 'approve' : 'reject', user)
  return { type: 'approval_decided', data: { waitId, vote } }
}

function eventFact(waitId: string, tape: Tape): Fact {
  const payload = makeValueRef({ event: tape.next(4) })
  return {
    type: 'event_received',
    data: { waitId, eventId: `e${tape.next(1_000)}`, payload, receivedAt: 5, actor: null },
  }
}

/** Resolves a parked node run in one of the ways that it allows. */
function resolveFact(plan: Plan, { nodeRunId, waitId, resume }: OpenNodeRun & { waitId: string }, tape: Tape): Fact {
  const node = nodeOf(plan, nodeRunId)
  const data = { waitId, requestId: `q${tape.next(1_000)}`, actor: null }
  const isLoop = node?.children !== undefined
  const isBegunLoop = isLoop && resume !== null
  const isApproval = node?.control === 'approval'
  const dice = isBegunLoop ? tape.next(2) : tape.next(6)
  switch (isApproval && dice > 0 && dice < 4 ? 4 : isLoop && dice === 2 ? 5 : dice) {
    case 0:
      return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'fail' } } }
    case 1:
      return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'skip' } } }
    case 2: {
      const params = makeValueRef({ given: nodeRunId })
      return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'retry_with_params', params } } }
    }
    case 3: {
      const port = node?.control === 'fork' ? '*' : (node?.ports[0] ?? 'end')
      const output = makeValueRef({ supplied: nodeRunId })
      return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'complete', port, output } } }
    }
    case 4:
      if (node?.hasErrorEdge) return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'route' } } }
  }
  return { type: 'parked_resolved', data: { ...data, resolution: { kind: 'retry' } } }
}

function suspendFact(nodeRunId: string, pass: number, isApproval: boolean, tape: Tape): Fact {
  const dueAt = tape.next(2) === 0 ? null : 5
  const waitFor = isApproval ? approvalOf({ required: 1 + tape.next(2), dueAt }) : plainWait(dueAt, tape)
  return { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }
}

/** Waits for a time, an event or a callback. */
function plainWait(dueAt: number | null, tape: Tape): WaitFor {
  switch (tape.next(3)) {
    case 0:
      return { kind: 'event', name: 'paid', key: 'k', schema: null, dueAt }
    case 1:
      return { kind: 'callback', schema: null, dueAt }
    default:
      return { kind: 'time', dueAt: 5 }
  }
}

function nodeOf(plan: Plan, nodeRunId: string): PlanNode | undefined {
  return nodesWithin(plan).find(({ id }) => id === nodeIdOf(nodeRunId))
}

/** Begins up to three iterations of a loop. */
function iterateFact(nodeRunId: string, pass: number, tape: Tape): Fact {
  const items = Array.from({ length: tape.next(4) }, (_, index) => index)
  const onFailure = (['fail', 'collect', 'ignore'] as const)[tape.next(3)] ?? 'fail'
  const waitFor = iterationsOf(items, { concurrency: 1 + tape.next(3), onFailure })
  return { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }
}

function answerRun(
  plan: Plan,
  { outputs }: Machine,
  { nodeRunId, pass, resume, canceling }: OpenNodeRun,
  tape: Tape,
): Fact {
  const node = nodeOf(plan, nodeRunId)
  const isApproval = node?.control === 'approval'
  const dice = tape.next(10)
  if (canceling && dice < 4) {
    return { type: 'node_canceled', nodeRunId, data: { pass, how: dice < 2 ? 'canceled' : 'abandoned' } }
  }
  if (node?.children !== undefined && resume === null && dice > 1) return iterateFact(nodeRunId, pass, tape)
  if (
    node?.children !== undefined &&
    resume?.kind === 'iterations' &&
    outputs.loopOf(nodeRunId)?.isStopped === false &&
    resume.ended < 6 &&
    dice < 4
  ) {
    const waitFor = iterationsOf([], { count: resume.ended + 1, items: null, keep: 'last' })
    return { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }
  }
  const mayWait = isApproval || node?.control === 'delay' || (node?.mode === 'dispatch' && dice === 9)
  if (mayWait && resume === null && dice > 1) return suspendFact(nodeRunId, pass, isApproval, tape)
  if (pass === 1 && dice === 0 && node?.control !== 'trigger')
    return { type: 'node_skipped', nodeRunId, data: { pass } }
  if (dice === 1 && node?.control !== 'trigger') {
    const error = { code: 'NODE_FAILED', message: 'no', details: { nodeRunId } }
    return { type: 'node_failed', nodeRunId, data: { pass, attempt: 1, error, durationMs: 1 } }
  }
  const ports = node?.control === 'fork' ? ['*'] : (node?.ports ?? [])
  const port = ports[tape.next(Math.max(1, ports.length))] ?? 'end'
  const output = makeValueRef({ [`k${tape.next(4)}`]: nodeRunId })
  const data = { pass, attempt: 1, port, output, durationMs: 1 }
  return { type: 'node_completed', nodeRunId, data: node?.control === 'end' ? { ...data, outcome: 'done' } : data }
}

/** A paused run is resumed after a few facts. */
const RESUME_ONE_IN = 4

function requestOf(machine: Machine): PauseRequest {
  return { requestId: `r${machine.turn}`, actor: null }
}

function resumeFact(machine: Machine): Fact {
  return { type: 'resume_requested', data: requestOf(machine) }
}

/** Returns the next fact of a random run, chosen by the tape; `null` once it has ended. */
export function nextFact(plan: Plan, machine: Machine, tape: Tape, options: PlayOptions = {}): Fact | null {
  const { cancelOneIn = 0, pauseOneIn = 0, deadlineAt = null } = options
  if (machine.turn === 0) return startFact(plan, deadlineAt)
  const open = machine.openNodeRuns().filter(({ waitKind }) => waitKind !== 'iterations')
  const run = open[tape.next(Math.max(1, open.length))]
  const isPaused = machine.status === 'paused'
  if (run === undefined) return isPaused ? resumeFact(machine) : null
  if (pauseOneIn > 0 && tape.next(isPaused ? RESUME_ONE_IN : pauseOneIn) === 0) {
    return isPaused ? resumeFact(machine) : { type: 'pause_requested', data: requestOf(machine) }
  }
  if (cancelOneIn > 0 && tape.next(cancelOneIn) === 0) {
    if (deadlineAt !== null && tape.next(2) === 0) {
      return { type: 'timer_fired', data: { timerId: 'deadline', dueAt: deadlineAt, lateMs: 0 } }
    }
    return { type: 'cancel_requested', data: { reason: 'user', actor: null } }
  }
  const { waitId, waitKind, nodeRunId, pass } = run
  // An event that comes twice, or too late for the wait of the pass before.
  if (pass > 1 && tape.next(8) === 0) return eventFact(`${nodeRunId}/${pass - 1}/0`, tape)
  if (waitId === null) return answerRun(plan, machine, run, tape)
  if (waitKind === 'parked') return resolveFact(plan, { ...run, waitId }, tape)
  return answerWait({ ...run, waitId }, tape)
}
