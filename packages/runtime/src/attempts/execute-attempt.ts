import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type CallsSuspension, checkOutput, type NodeOutcome, type Suspension } from '@tenon/core/node'
import type { Fact } from '@tenon/core/run'
import { beginCallsOf, isCallsSuspension } from '../commit/call-values.ts'
import { checkPort } from '../commit/check-port.ts'
import type { CommitRequest, CommitResult, StartedNode } from '../commit/commit-types.ts'
import { failureOf } from '../commit/failure.ts'
import { storeValue, storeWait } from '../commit/stored-value.ts'
import type { NodeData } from '../data-tables/node-tables.ts'
import type { RuntimeLog } from '../engine.ts'
import type { Files } from '../files/files.ts'
import { deadlineOf, nextAttempt } from '../interpreter/next-attempt.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { ModelLedger } from '../models/model-ledger.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import { reasonOf } from '../reason-of.ts'
import type { SecretReader } from '../secret-reader.ts'
import type { Payload } from '../store/append.ts'
import { unreadableFact } from '../store/release-to-readers.ts'
import { toAttemptFailure } from './attempt-failure.ts'
import { attemptTimerId, type BeginAttemptDeps } from './begin-attempt.ts'
import { heldAttempt, isHeld } from './held-attempt.ts'
import { type FailedAttempt, judgeRetry } from './judge-retry.ts'
import { createLazyPump, type LazyPump } from './lazy-pump.ts'
import { createObservationPump, type ObservationPump, type PumpedObservations } from './observation-pump.ts'
import { type OpenedParams, openParams, redactEnd, redactJournaled, redactPump } from './open-params.ts'
import { type BodyEnd, runBody } from './run-body.ts'
import type { StopSignals } from './stop-switch.ts'
import { untilStored } from './until-stored.ts'
import type { NodeClients } from './with-account.ts'

/** Result of {@link executeAttempt}. */
export type ExecutedAttempt =
  /** The outcome is in the log. */
  | { readonly kind: 'ended'; readonly result: CommitResult }
  /** The attempt failed and another is due at `nextAt`, ms since the Unix epoch. */
  | { readonly kind: 'retry'; readonly nextAt: number; readonly result: CommitResult }
  /** The process shuts down; nothing was stored. */
  | { readonly kind: 'left' }

/** Dependencies of {@link executeAttempt}. */
export interface ExecuteAttemptDeps extends BeginAttemptDeps {
  readonly http: NodeClients
  readonly files: Files
  readonly dataTables: NodeData
  readonly models: Pick<ModelLedger, 'modelsOf'>
  readonly secrets?: SecretReader | undefined
  readonly log: RuntimeLog
  readonly stop: StopSignals
  /** True if the timers of the run are in the store, as with the embedded engine. */
  readonly hasStoredTimers: boolean
  /** Longest time that a canceled body may take to end, in ms. @defaultValue 10_000 */
  readonly graceMs?: number
  readonly onHeartbeat?: () => void
  /**
   * Called when the body has ended and there is memory for its outcome, before the outcome is stored; or when the process
   * shuts down.
   */
  readonly onBodyEnd?: () => void
}

/** Result of one attempt, to be stored. */
type Outcome =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly payloads: readonly Payload[] }
  | { readonly kind: 'retry'; readonly observation: FailedAttempt; readonly nextAt: number }

/**
 * Runs the body of a started attempt and stores its result: an outcome, or an error with the time of the next attempt.
 * As long as the database does not answer, storing is retried; the body is not. An outcome that the
 * database refuses for good becomes a failure with `OUTCOME_REFUSED`. An outcome is encoded only when there is memory for
 * it, and until then its body counts as running.
 */
export async function executeAttempt(started: StartedNode, deps: ExecuteAttemptDeps): Promise<ExecutedAttempt> {
  const { committer } = deps
  const pump = createLazyPump()
  const end = await endOfBody(started, pump, deps)
  if (end.kind === 'left') return leave(pump, deps)
  const entering = committer.outcomes.enter()
  const room = entering instanceof Promise ? await entering : entering
  // The process has no time left to store the waiting outcomes one after another.
  if (entering instanceof Promise && deps.stop.shutdown.aborted) {
    room.release()
    return leave(pump, deps)
  }
  try {
    const attempted = outcomeOf(started, end, deps)
    const outcome = attempted.kind === 'retry' ? await judged(started, attempted, deps) : attempted
    if (outcome === null) return leave(pump, deps)
    room.weigh(outcome.kind === 'fact' ? payloadBytes(outcome.payloads) : 0)
    // Only now, so that a body that ends while others wait to be stored does not let the next one begin.
    deps.onBodyEnd?.()
    return await storeOutcome(started, outcome, pump, deps)
  } finally {
    room.release()
  }
}

async function leave(pump: LazyPump, { onBodyEnd }: ExecuteAttemptDeps): Promise<ExecutedAttempt> {
  onBodyEnd?.()
  await pump.close()
  return { kind: 'left' }
}

/** Runs the body with its params decrypted. */
async function endOfBody(started: StartedNode, pump: LazyPump, deps: ExecuteAttemptDeps): Promise<BodyEnd> {
  const { committer, dataTables, files, graceMs = 10_000, http, models, now, stop, onHeartbeat = ignore } = deps
  let opened: OpenedParams
  try {
    const opening = openParams(started, deps.findType, deps.secrets)
    const result = opening instanceof Promise ? await opening : opening
    if ('reconnect' in result) return { kind: 'reconnect', wait: result.reconnect }
    opened = result
  } catch (error) {
    return isHeld(error) ? { kind: 'held', error } : { kind: 'thrown', error }
  }
  pump.onOpen(() => redactPump(openPump(started, deps), opened))
  const { connection, fileMask } = opened
  const redact = (value: Json) => redactJournaled(value, opened)
  const hidden = { redact, fileMask }
  const { typeOf } = deps.findType(started.node)
  const body = {
    describeType: (type: string, version: number) => typeOf(type, version)?.entry ?? null,
    http,
    files,
    dataTables,
    models,
    values: committer.values,
    pump,
    connection,
    ...hidden,
    stop,
    graceMs,
    onHeartbeat,
    now,
  }
  return redactEnd(await runBody(started, opened.params, body), opened)
}

function ignore(): void {
  // Only some engines follow heartbeats.
}

function openPump(started: StartedNode, { committer, log, now }: ExecuteAttemptDeps): ObservationPump {
  const { tenantId, runId, nodeRunId } = started
  const store = (batch: PumpedObservations) => committer.commit({ tenantId, runId, facts: [], ...batch })
  const onRefused = (error: unknown): void => {
    const reason = reasonOf(error)
    const what = unreadableFact(error) === null ? 'retrying' : 'a later version has written to the run'
    log('warn', `observations.store_failed: ${what}`, { runId, nodeRunId, reason })
  }
  return createObservationPump(started, { store, now, onRefused })
}

function payloadBytes(payloads: readonly Payload[]): number {
  return payloads.reduce((sum, { size }) => sum + size, 0)
}

async function storeOutcome(
  started: StartedNode,
  outcome: Outcome,
  pump: LazyPump,
  deps: ExecuteAttemptDeps,
): Promise<ExecutedAttempt> {
  const { tenantId, runId, nodeRunId } = started
  const { acquireSlot, committer, worker } = deps
  const closing = pump.close()
  const rest = closing instanceof Promise ? await closing : closing
  const storing = { shutdown: deps.stop.shutdown, log: deps.log, runId, nodeRunId }
  const request = { tenantId, runId, worker, acquireSlot, ...workOf(started, outcome, rest, deps) }
  try {
    const result = await untilStored(
      (isRepeated) => committer.commit({ ...request, isRepeated: isRepeated || rest.isRepeated }),
      storing,
    )
    if (result === null) return { kind: 'left' }
    return outcome.kind === 'fact' ? { kind: 'ended', result } : { kind: 'retry', nextAt: outcome.nextAt, result }
  } catch (error) {
    if (!isAppendRefused(error)) throw error
    deps.log('error', 'node_run.outcome_refused: the database cannot store it', {
      ...{ runId, nodeRunId },
      ...error.details,
    })
    // Alone, since the output or any log line may be at fault.
    const facts = [{ fact: refusedOutcome(started, deps.now()) }]
    const alone = { tenantId, runId, worker, acquireSlot, facts }
    const result = await untilStored(() => committer.commit(alone), storing)
    return result === null ? { kind: 'left' } : { kind: 'ended', result }
  }
}

/** Returns what to commit for an outcome, with the observations that may not be stored yet. */
function workOf(
  { nodeRunId, pass, attempt }: StartedNode,
  outcome: Outcome,
  rest: PumpedObservations,
  { hasStoredTimers, now }: ExecuteAttemptDeps,
): Pick<CommitRequest, 'facts' | 'observations' | 'payloads' | 'operations'> {
  if (outcome.kind === 'fact') {
    const payloads = rest.payloads.length === 0 ? outcome.payloads : [...rest.payloads, ...outcome.payloads]
    return { facts: [{ fact: outcome.fact }], observations: rest.observations, payloads, operations: [] }
  }
  const { observation, nextAt } = outcome
  const alarm = { op: 'timer_set', timerId: attemptTimerId({ nodeRunId, pass }), dueAt: nextAt } as const
  return {
    facts: [],
    observations: [...rest.observations, { observation, pass, attempt, at: now() }],
    payloads: rest.payloads,
    operations: hasStoredTimers ? [alarm] : [],
  }
}

/** Result of a node run when the database cannot store its outcome: it fails and is not retried. */
function refusedOutcome({ node, nodeRunId, pass, attempt, startedAt }: StartedNode, now: number): Fact {
  const refused = new TenonError('OUTCOME_REFUSED', 'The database cannot store the output of the node')
  const error = failureOf(refused, node.id)
  const durationMs = Math.max(0, now - startedAt)
  return { type: 'node_failed', nodeRunId, data: { pass, attempt, error, durationMs } }
}

function outcomeOf(started: StartedNode, end: Exclude<BodyEnd, { kind: 'left' }>, deps: ExecuteAttemptDeps): Outcome {
  const { nodeRunId, pass } = started
  if (end.kind === 'abandoned') {
    return { kind: 'fact', fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'abandoned' } }, payloads: [] }
  }
  if (end.kind === 'reconnect') {
    const waitFor = { kind: 'connection', ...end.wait, dueAt: null } as const
    return { kind: 'fact', fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: [] }
  }
  if (end.kind === 'held') return held(started, end.error, deps)
  if (end.kind !== 'result') return failed(started, end.error, deps)
  try {
    return completed(started, end.result, deps.now())
  } catch (error) {
    return failed(started, error, deps)
  }
}

function completed(started: StartedNode, result: NodeOutcome | Suspension | CallsSuspension, now: number): Outcome {
  const { nodeRunId, pass, attempt, startedAt, implementation, params } = started
  if (isCallsSuspension(result)) return { kind: 'fact', ...beginCallsOf(started, result) }
  if ('suspend' in result) {
    const waitFor = storeWait(result.suspend)
    return { kind: 'fact', fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: [] }
  }
  // checkParams returns the params of an object schema.
  const checked = checkOutput(implementation.definition, result, params as Readonly<Record<string, unknown>>)
  checkPort(started.node, checked.port)
  const { ref, payloads } = storeValue(checked.output)
  const durationMs = Math.max(0, now - startedAt)
  const usage = checked.usage === undefined ? {} : { usage: checked.usage }
  const data = { pass, attempt, port: checked.port, output: ref, durationMs, ...usage }
  return { kind: 'fact', fact: { type: 'node_completed', nodeRunId, data }, payloads }
}

/**
 * Applies the condition of the node to an attempt that the retry policy would try again.
 *
 * @returns Null if the process shuts down before it is evaluated.
 */
async function judged(
  started: StartedNode,
  retry: Extract<Outcome, { readonly kind: 'retry' }>,
  deps: ExecuteAttemptDeps,
): Promise<Outcome | null> {
  const { committer, log, stop } = deps
  const { nodeRunId, pass } = started
  // The condition is about errors of the body.
  if (started.node.retryIf === undefined || retry.observation.data.isHeld === true) return retry
  const { runId } = started
  const verdict = await untilStored(() => judgeRetry(started, retry.observation.data.error, committer), {
    ...{ shutdown: stop.shutdown, log, runId, nodeRunId },
  })
  if (verdict === null) return null
  if (verdict.retry) return retry
  // A cancelation while it was evaluated comes first, as for a failure.
  if (stop.cancel.aborted) return canceled(started)
  const { attempt, durationMs } = retry.observation.data
  const { error } = verdict
  const data = { pass, attempt, error, durationMs, noRetry: 'retry_if' } as const
  return { kind: 'fact', fact: { type: 'node_failed', nodeRunId, data }, payloads: [] }
}

function canceled({ nodeRunId, pass }: StartedNode): Outcome {
  return { kind: 'fact', fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } }, payloads: [] }
}

/** Makes the attempt again, whatever the policy of the node: it failed for nothing that the node does. */
function held(started: StartedNode, error: TenonError, { now, stop }: ExecuteAttemptDeps): Outcome {
  if (stop.cancel.aborted) return canceled(started)
  const again = heldAttempt(started, error, now())
  if (again !== null) return { kind: 'retry', ...again }
  const { nodeRunId, pass, attempt, startedAt, node } = started
  const times = { durationMs: Math.max(0, now() - startedAt), noRetry: 'total_timeout' } as const
  const data = { pass, attempt, error: failureOf(error, node.id), ...times }
  return { kind: 'fact', fact: { type: 'node_failed', nodeRunId, data }, payloads: [] }
}

function failed(started: StartedNode, thrown: unknown, deps: ExecuteAttemptDeps): Outcome {
  const { nodeRunId, pass, attempt, startedAt, node, failedBefore, lostBefore, idempotencyKey, runId } = started
  // Only the machine can cancel a node run; an attempt that fails while its process shuts down has failed.
  if (deps.stop.cancel.aborted) return canceled(started)
  if (!(thrown instanceof TenonError)) {
    const name = thrown instanceof Error ? thrown.name : typeof thrown
    deps.log('error', 'node_run.body_threw: not a TenonError', { runId, nodeRunId, type: node.type, name })
  }
  const now = deps.now()
  const durationMs = Math.max(0, now - startedAt)
  // Of a call, the node of the plan has only params that are in the log.
  const called =
    node.called !== undefined ? { effect: node.effect, params: started.params as PlanNode['params'] } : node
  const failure = toAttemptFailure(thrown, called, started.implementation.definition)
  if (isHeld(failure)) return held(started, failure, deps)
  const error = failureOf(failure, node.id)
  const next = nextAttempt(node.retry, failedBefore + 1, lostBefore, failure, idempotencyKey)
  if (!next.retry) {
    return {
      kind: 'fact',
      fact: { type: 'node_failed', nodeRunId, data: { pass, attempt, error, durationMs } },
      payloads: [],
    }
  }
  const nextAt = now + next.delayMs
  const deadlineAt = deadlineOf(node, started.scheduledAt)
  if (deadlineAt !== null && nextAt >= deadlineAt) {
    const data = { pass, attempt, error, durationMs, noRetry: 'total_timeout' } as const
    return { kind: 'fact', fact: { type: 'node_failed', nodeRunId, data }, payloads: [] }
  }
  const data = { pass, attempt, error, nextAt, durationMs }
  return { kind: 'retry', nextAt, observation: { type: 'node_error', nodeRunId, data } }
}
