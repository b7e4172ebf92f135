import { TenonError } from '@tenon/core/errors'
import { checkOutput, type HttpClient, type NodeOutcome, type Suspension } from '@tenon/core/node'
import type { Fact, Observation } from '@tenon/core/run'
import type { CommitResult, StartedNode } from '../commit/commit-types.ts'
import { storeValue, storeWait } from '../commit/encode-output.ts'
import { failureOf } from '../commit/failure.ts'
import type { RuntimeLog, SecretReader } from '../engine.ts'
import { nextAttempt } from '../interpreter/next-attempt.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { Payload } from '../store/append-types.ts'
import { type AttemptPorts, attemptTimerId, takeOf } from './begin-attempt.ts'
import { toAttemptFailure } from './may-repeat.ts'
import { createObservationPump, type PumpedObservations } from './observation-pump.ts'
import { openParams } from './open-params.ts'
import { redactEnd, redactPump } from './redact.ts'
import { type BodyEnd, runBody } from './run-body.ts'
import type { StopSignals } from './stop-switch.ts'
import { untilStored } from './until-stored.ts'

export type CarriedOut =
  /** The outcome is in the log. */
  | { readonly kind: 'settled'; readonly result: CommitResult }
  /** The attempt failed and another is due at `nextAt`, ms since the Unix epoch. */
  | { readonly kind: 'retry'; readonly nextAt: number; readonly result: CommitResult }
  /** The process goes; nothing was written. */
  | { readonly kind: 'left' }

export interface CarryOutPorts extends AttemptPorts {
  readonly http: HttpClient
  readonly secrets?: SecretReader | undefined
  readonly log: RuntimeLog
  readonly stop: StopSignals
  /** Whether the run's alarms stand in the store: true for the embedded engine. */
  readonly hasStoredTimers: boolean
  /** @defaultValue 10_000 */
  readonly graceMs?: number
  readonly onHeartbeat?: () => void
  /** Called when the body has ended, before its outcome is stored. */
  readonly onBodyEnd?: () => void
}

/** What one attempt comes to. */
type Outcome =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly payloads: readonly Payload[] }
  | { readonly kind: 'retry'; readonly observation: Observation; readonly nextAt: number }

/**
 * Runs the body of a started attempt and stores what comes of it: an outcome, or an error with the time of the next
 * attempt. As long as the database does not answer, storing is tried again; the body is not. An outcome that the
 * database refuses for good becomes a failure with `OUTCOME_REFUSED`.
 */
export async function carryOut(started: StartedNode, ports: CarryOutPorts): Promise<CarriedOut> {
  const { tenantId, runId, nodeRunId, pass, attempt } = started
  const { committer, now, graceMs = 10_000 } = ports
  const store = (batch: PumpedObservations) => committer.commit({ tenantId, runId, facts: [], ...batch })
  const onRefused = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : 'unknown'
    ports.log('warn', 'observations.store_failed: retrying', { runId, nodeRunId, reason })
  }
  const pump = createObservationPump(started, { store, now, onRefused })
  const onHeartbeat = ports.onHeartbeat ?? (() => undefined)
  const body = { ...ports, values: committer.values, pump, graceMs, onHeartbeat }
  const end = await openParams(started, ports.findType, ports.secrets).then(
    async (opened) =>
      redactEnd(
        await runBody({ ...started, params: opened.params }, { ...body, pump: redactPump(pump, opened) }),
        opened,
      ),
    (error: unknown): BodyEnd => ({ kind: 'thrown', error }),
  )
  ports.onBodyEnd?.()
  const rest = await pump.close()
  if (end.kind === 'left') return { kind: 'left' }

  const outcome = outcomeOf(started, end, ports)
  const retry = outcome.kind === 'retry' ? outcome : null
  const own = retry === null ? [] : [{ observation: retry.observation, pass, attempt, at: now() }]
  const alarm = retry === null || !ports.hasStoredTimers ? null : retry.nextAt
  const storing = { shutdown: ports.stop.shutdown, log: ports.log, runId, nodeRunId }
  const common = { tenantId, runId, worker: ports.worker, ...takeOf(ports) }
  try {
    const result = await untilStored(
      (isRepeated) =>
        committer.commit({
          ...common,
          facts: outcome.kind === 'fact' ? [{ fact: outcome.fact }] : [],
          observations: [...rest.observations, ...own],
          isRepeated: isRepeated || rest.isRepeated,
          payloads: [...rest.payloads, ...(outcome.kind === 'fact' ? outcome.payloads : [])],
          operations:
            alarm === null ? [] : [{ op: 'timer_set', timerId: attemptTimerId({ nodeRunId, pass }), dueAt: alarm }],
        }),
      storing,
    )
    if (result === null) return { kind: 'left' }
    return retry === null ? { kind: 'settled', result } : { kind: 'retry', nextAt: retry.nextAt, result }
  } catch (error) {
    if (!isAppendRefused(error)) throw error
    ports.log('error', 'node_run.outcome_refused: the database cannot store it', {
      ...{ runId, nodeRunId },
      ...error.details,
    })
    // Alone, since any of what the node has returned or logged may be at fault.
    const facts = [{ fact: refusedOutcome(started, ports.now()) }]
    const result = await untilStored(() => committer.commit({ ...common, facts }), storing)
    return result === null ? { kind: 'left' } : { kind: 'settled', result }
  }
}

/** Result of a node run when the database cannot store its outcome: it fails and is not retried. */
function refusedOutcome({ node, nodeRunId, pass, attempt, startedAt }: StartedNode, now: number): Fact {
  const refused = new TenonError('OUTCOME_REFUSED', 'The database cannot store what the node returned')
  const error = failureOf(refused, node.id)
  const durationMs = Math.max(0, now - startedAt)
  return { type: 'node_failed', nodeRunId, data: { pass, attempt, error, durationMs } }
}

function outcomeOf(started: StartedNode, end: Exclude<BodyEnd, { kind: 'left' }>, ports: CarryOutPorts): Outcome {
  const { nodeRunId, pass } = started
  if (end.kind === 'abandoned') {
    return { kind: 'fact', fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'abandoned' } }, payloads: [] }
  }
  if (end.kind !== 'result') return failed(started, end.error, ports)
  try {
    return completed(started, end.result, ports.now())
  } catch (error) {
    return failed(started, error, ports)
  }
}

function completed(started: StartedNode, result: NodeOutcome | Suspension, now: number): Outcome {
  const { nodeRunId, pass, attempt, startedAt, implementation, params } = started
  if ('suspend' in result) {
    const waitFor = storeWait(result.suspend)
    return { kind: 'fact', fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads: [] }
  }
  // checkParams has made params from an object schema.
  const checked = checkOutput(implementation.definition, result, params as Readonly<Record<string, unknown>>)
  const { ref, payloads } = storeValue(checked.output)
  const durationMs = Math.max(0, now - startedAt)
  const usage = checked.usage === undefined ? {} : { usage: checked.usage }
  const data = { pass, attempt, port: checked.port, output: ref, durationMs, ...usage }
  return { kind: 'fact', fact: { type: 'node_completed', nodeRunId, data }, payloads }
}

function failed(started: StartedNode, thrown: unknown, ports: CarryOutPorts): Outcome {
  const { nodeRunId, pass, attempt, startedAt, node, failedBefore, lostBefore, idempotencyKey, runId } = started
  // Only the machine may ask a node run to stop; an attempt that fails while its process goes has failed.
  if (ports.stop.cancel.aborted) {
    return { kind: 'fact', fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } }, payloads: [] }
  }
  if (!(thrown instanceof TenonError)) {
    const name = thrown instanceof Error ? thrown.name : typeof thrown
    ports.log('error', 'node_run.body_threw: not a TenonError', { runId, nodeRunId, type: node.type, name })
  }
  const now = ports.now()
  const durationMs = Math.max(0, now - startedAt)
  const failure = toAttemptFailure(thrown, node, started.implementation.definition)
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
  const data = { pass, attempt, error, nextAt, durationMs }
  return { kind: 'retry', nextAt, observation: { type: 'node_error', nodeRunId, data } }
}
