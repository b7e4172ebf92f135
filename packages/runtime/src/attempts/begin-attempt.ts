import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { fillParamDefaults, type NodeDefinition } from '@tenon/core/node'
import type { Fact, Observation, RunEngine } from '@tenon/core/run'
import type { AcquireSlot, CommitResult, Committer, Decided, Slot, StartedNode } from '../commit/commit-types.ts'
import { failureOf } from '../commit/failure.ts'
import { derivedKey, prepareNode } from '../commit/node-params.ts'
import { type FindNodeType, hasNodeType } from '../commit/node-types.ts'
import { journaledCalls, planNodeOf, type RunSession } from '../commit/session.ts'
import type { OpenNodeRun } from '../interpreter/machine-types.ts'
import { deadlineOf, nextAttempt } from '../interpreter/next-attempt.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { AppendOperation, Payload } from '../store/append.ts'
import { type PassOfRun, type PassRef, passOfRunKey } from '../store/run-ref.ts'
import { isIdempotent, lostWrite, totalTimeoutError } from './attempt-failure.ts'

/** Result of {@link beginAttempt}. */
export type BegunAttempt =
  | { readonly kind: 'started'; readonly started: StartedNode; readonly result: CommitResult }
  /** Skipped, wrong params, canceled before it began, or lost too often: the outcome is in the log. */
  | { readonly kind: 'ended'; readonly result: CommitResult }
  /** Not before `nextAt`, ms since the Unix epoch. */
  | { readonly kind: 'later'; readonly nextAt: number; readonly result: CommitResult | null }
  /** The node run has its outcome, or waits. */
  | { readonly kind: 'gone' }
  /** The run is paused: nothing was stored, and the attempt may begin when the run is resumed. */
  | { readonly kind: 'paused' }
  /** This process lacks the node type: nothing was stored, and a worker that has it may begin. */
  | { readonly kind: 'unable' }

/** Dependencies of {@link beginAttempt}. */
export interface BeginAttemptDeps {
  readonly committer: Committer
  readonly findType: FindNodeType
  readonly now: () => number
  readonly worker: string
  /** Acquires slots for the node runs that follow from an outcome. @defaultValue none */
  readonly acquireSlot?: AcquireSlot | undefined
}

/** Events to write before a body begins. */
type Opening =
  | { readonly kind: 'gone' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'unable' }
  | { readonly kind: 'later'; readonly nextAt: number }
  | { readonly kind: 'lost'; readonly attempt: number; readonly nextAt: number }
  | { readonly kind: 'end'; readonly fact: Fact }
  | {
      readonly kind: 'ready'
      readonly started: Omit<StartedNode, 'slot' | 'startedAt'>
      readonly observation: Observation
      readonly payloads: readonly Payload[]
    }

/** Returns the id of the timer of a node run's next attempt, unique in its run. */
export function attemptTimerId(pass: PassOfRun): string {
  return `attempt/${passOfRunKey(pass)}`
}

/**
 * Begins the next attempt of an open node run and stores that it has begun. An attempt that began and never ended is
 * recorded as lost first: the caller must run no body of this node run. No attempt begins while the run is paused.
 *
 * @param options.isStale - Reads the tail of the log first: for engines whose workers share a run.
 * @param options.unserved - Fails the node run with this error instead of beginning: no worker has taken it.
 * @throws {@link TenonError} `UNAVAILABLE` and the database's own errors; calling again is safe.
 */
export async function beginAttempt(
  ref: PassRef,
  slot: Slot,
  deps: BeginAttemptDeps,
  { isStale, unserved }: { readonly isStale: boolean; readonly unserved?: TenonError },
): Promise<BegunAttempt> {
  const { tenantId, runId } = ref
  const startedAt = deps.now()
  const open = (failure: TenonError | undefined) =>
    deps.committer.commitDecision({ tenantId, runId, isStale }, async (session) => {
      const opening = await openAttempt(session, ref, deps, failure)
      return { value: opening, work: workOf(opening, ref, startedAt, session.engine, deps) }
    })
  const committed = await open(unserved).catch((error: unknown) => {
    if (!isAppendRefused(error)) throw error
    return open(new TenonError('OUTCOME_REFUSED', 'The database cannot store the input of the node'))
  })
  if (committed === null || committed.value.kind === 'gone') return { kind: 'gone' }
  const { value: opening, result } = committed
  if (opening.kind === 'unable' || opening.kind === 'paused') return { kind: opening.kind }
  if (opening.kind === 'later') return { kind: 'later', nextAt: opening.nextAt, result: null }
  if (result === null || result.outcome !== 'committed') return { kind: 'gone' }
  switch (opening.kind) {
    case 'lost':
      return { kind: 'later', nextAt: opening.nextAt, result }
    case 'end':
      return { kind: 'ended', result }
    case 'ready':
      return { kind: 'started', started: { ...opening.started, startedAt, slot }, result }
  }
}

/**
 * Fails a queued node run whose total time is over and of which no attempt is in progress: the worker of an attempt
 * stops it by itself.
 *
 * @returns Null if there is nothing to fail.
 * @throws {@link TenonError} as {@link beginAttempt}.
 */
export async function failOverdue(ref: PassRef, deps: BeginAttemptDeps): Promise<CommitResult | null> {
  const { tenantId, runId, nodeRunId, pass } = ref
  const committed = await deps.committer.commitDecision({ tenantId, runId, isStale: true }, async (session) => {
    const open = session.machine.openNodeRun(nodeRunId)
    const last = session.attempts.get(nodeRunId)?.records.at(-1)
    const isHeld = open === null || open.pass !== pass || open.waitId !== null || open.canceling
    if (isHeld || last?.how === 'running') return { value: null, work: null }
    const node = planNodeOf(session, nodeRunId)
    if (!isOver(node, open, deps.now())) return { value: null, work: null }
    const opening = failedOpening(session, ref, (last?.attempt ?? 0) + 1, totalTimeoutError(node))
    return { value: null, work: workOf(opening, ref, deps.now(), session.engine, deps) }
  })
  return committed?.result ?? null
}

/** Result of a node run that cannot begin its attempt. */
function failedOpening(
  session: RunSession,
  { nodeRunId, pass }: PassRef,
  attempt: number,
  failure: TenonError,
): Opening {
  const error = failureOf(failure, planNodeOf(session, nodeRunId).id)
  return { kind: 'end', fact: { type: 'node_failed', nodeRunId, data: { pass, attempt, error, durationMs: 0 } } }
}

/** Fact to store for an opening; null for none. */
function workOf(
  opening: Opening,
  ref: PassRef,
  at: number,
  engine: RunEngine,
  deps: BeginAttemptDeps,
): Decided<Opening>['work'] {
  const { nodeRunId, pass } = ref
  const timerId = attemptTimerId(ref)
  // On Temporal the shell keeps the alarms.
  const alarm = (operation: AppendOperation): readonly AppendOperation[] => (engine === 'embedded' ? [operation] : [])
  const common = { worker: deps.worker, acquireSlot: deps.acquireSlot }
  switch (opening.kind) {
    case 'gone':
    case 'paused':
    case 'unable':
    case 'later':
      return null
    case 'lost': {
      const { attempt, nextAt } = opening
      const observation: Observation = { type: 'attempt_lost', nodeRunId, data: { pass, attempt, nextAt } }
      return {
        ...common,
        facts: [],
        observations: [{ observation, pass, attempt, at }],
        operations: alarm({ op: 'timer_set', timerId, dueAt: nextAt }),
      }
    }
    case 'end':
      return { ...common, facts: [{ fact: opening.fact }], operations: alarm({ op: 'timer_clear', timerId }) }
    case 'ready': {
      const { observation, payloads, started } = opening
      const { attempt } = started
      return {
        ...common,
        facts: [],
        observations: [{ observation, pass, attempt, at }],
        operations: attempt > 1 ? alarm({ op: 'timer_clear', timerId }) : [],
        payloads,
      }
    }
  }
}

async function openAttempt(
  session: RunSession,
  ref: PassRef,
  deps: BeginAttemptDeps,
  failure: TenonError | undefined,
): Promise<Opening> {
  const { nodeRunId, pass } = ref
  const open = session.machine.openNodeRun(nodeRunId)
  const { engine } = deps.committer
  // Another engine executes the run now, and begins its attempts.
  if (engine !== null && session.engine !== engine) return { kind: 'gone' }
  if (open === null || open.pass !== pass || open.waitId !== null) return { kind: 'gone' }
  if (open.canceling) {
    return { kind: 'end', fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } }
  }
  const records = session.attempts.get(nodeRunId)?.records ?? []
  const last = records.at(-1)
  // Also in a paused run: the worker of the attempt has disappeared, so its body is not in progress.
  if (last?.how === 'running') return loseAttempt(session, ref, open, last.attempt, deps)
  const node = planNodeOf(session, nodeRunId)
  const attempt = (last?.attempt ?? 0) + 1
  // Also in a paused run, and before the wait for a queue counts: the total time is the limit that was over first.
  if (isOver(node, open, deps.now())) return failedOpening(session, ref, attempt, totalTimeoutError(node))
  // A node run that no worker takes also fails in a paused run: a pause does not stop the time limit of its queue.
  if (session.machine.status === 'paused' && failure === undefined) return { kind: 'paused' }
  if (last?.nextAt != null && last.nextAt > deps.now()) return { kind: 'later', nextAt: last.nextAt }
  if (failure !== undefined) return failedOpening(session, ref, attempt, failure)
  if (!hasNodeType(deps.findType, node)) return { kind: 'unable' }
  return readyAttempt(session, ref, open, attempt, deps)
}

/** Checks whether the total time of a pass is over at an instant. */
function isOver(node: PlanNode, { scheduledAt }: OpenNodeRun, at: number): boolean {
  const deadlineAt = deadlineOf(node, scheduledAt)
  return deadlineAt !== null && deadlineAt <= at
}

function countAttempts(session: RunSession, nodeRunId: string): Readonly<Record<'failed' | 'lost' | 'held', number>> {
  const records = session.attempts.get(nodeRunId)?.records ?? []
  const count = (how: 'failed' | 'lost' | 'held') => records.filter((record) => record.how === how).length
  return { failed: count('failed'), lost: count('lost'), held: count('held') }
}

/** Fills the defaults of its type into the params of a call; the params of a document have them. */
function withDefaults(findType: FindNodeType, node: PlanNode, params: JsonObject): PlanNode['params'] {
  return hasNodeType(findType, node) ? fillParamDefaults(findType(node).paramsSchema, params) : params
}

/** Returns the definition of a node type; for a type that this worker lacks, no repetition is allowed. */
function definitionOf(findType: FindNodeType, node: PlanNode): Pick<NodeDefinition, 'idempotentWhen'> {
  try {
    return findType(node).implementation.definition
  } catch {
    return {}
  }
}

async function loseAttempt(
  session: RunSession,
  { nodeRunId, pass, tenantId }: PassRef,
  open: OpenNodeRun,
  attempt: number,
  { findType, now, committer }: BeginAttemptDeps,
): Promise<Opening> {
  const node = planNodeOf(session, nodeRunId)
  const { failed, lost } = countAttempts(session, nodeRunId)
  const next = nextAttempt(node.retry, failed, lost + 1, null, derivedKey(session, nodeRunId))
  const { called, effect } = node
  const given = called !== undefined && open.params !== null ? await committer.values.load(tenantId, open.params) : null
  const attempted = given === null ? node : { effect, params: withDefaults(findType, node, given as JsonObject) }
  const mayRepeat = isIdempotent(attempted, definitionOf(findType, node))
  const nextAt = now() + (next.retry ? next.delayMs : 0)
  const hasTime = !isOver(node, open, nextAt)
  if (next.retry && mayRepeat && hasTime) return { kind: 'lost', attempt, nextAt }
  const exhausted = new TenonError('ATTEMPTS_LOST', `${lost + 1} attempts were lost with their workers`)
  const error = failureOf(mayRepeat ? (hasTime ? exhausted : totalTimeoutError(node)) : lostWrite(), node.id)
  return { kind: 'end', fact: { type: 'node_failed', nodeRunId, data: { pass, attempt, error, durationMs: 0 } } }
}

async function readyAttempt(
  session: RunSession,
  { tenantId, runId, nodeRunId, pass }: PassRef,
  open: OpenNodeRun,
  attempt: number,
  { committer, findType, worker }: BeginAttemptDeps,
): Promise<Opening> {
  const node = planNodeOf(session, nodeRunId)
  const { resume, params: given, queue, scheduledAt } = open
  const run = { nodeRunId, pass, resume, params: given, scheduledAt }
  const prepared = await prepareNode(session, node, run, attempt, findType, committer.values)
  if (prepared.kind === 'ended') return { kind: 'end', fact: prepared.fact }
  const { implementation, params, input, payloads, idempotencyKey } = prepared
  const { failed: failedBefore, lost: lostBefore, held: heldBefore } = countAttempts(session, nodeRunId)
  const journal = new Map(journaledCalls(session, nodeRunId, given))
  return {
    kind: 'ready',
    started: {
      ...{ tenantId, runId, node, nodeRunId, pass, attempt, resume: prepared.resume },
      callable: session.plan.callable ?? {},
      principal: session.beginning?.principal ?? null,
      ...{ implementation, params, idempotencyKey, failedBefore, lostBefore, heldBefore, scheduledAt, journal },
    },
    observation: { type: 'node_started', nodeRunId, data: { pass, attempt, input, worker, queue } },
    payloads,
  }
}
