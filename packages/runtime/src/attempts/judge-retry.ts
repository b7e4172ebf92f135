import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createEvaluationContext, createPlainScope, evaluateTemplate } from '@tenon/core/evaluate'
import { isTemplate } from '@tenon/core/expression'
import type { Observation, RunFailure } from '@tenon/core/run'
import type { Committer, StartedNode } from '../commit/commit-types.ts'
import { failureOf } from '../commit/failure.ts'
import { readsOf } from '../commit/node-templates.ts'
import type { RunSession } from '../commit/session.ts'
import { loadRoots } from '../commit/template-roots.ts'

/** A failed attempt that is followed by another one. */
export type FailedAttempt = Extract<Observation, { readonly type: 'node_error' }>

/** Verdict of the condition of a node about a failed attempt. */
export type RetryVerdict =
  | { readonly retry: true }
  /** The failure of the node: that of the attempt, or of the condition itself. */
  | { readonly retry: false; readonly error: RunFailure }

/**
 * Evaluates the condition to try a failed attempt again, over what the node reads and the failure as it is stored. The
 * same attempt gives the same verdict, also after a crash.
 *
 * @throws {@link TenonError} `UNAVAILABLE` and the errors of the database: calling again is safe.
 */
export async function judgeRetry(
  started: StartedNode,
  failure: RunFailure,
  { values, withSession }: Pick<Committer, 'values' | 'withSession'>,
): Promise<RetryVerdict> {
  const { tenantId, runId, nodeRunId, pass, node } = started
  const { retryIf } = node
  if (retryIf === undefined) return { retry: true }
  const verdict = await withSession<RetryVerdict>({ tenantId, runId }, async (session) => {
    // A node run that has its outcome already needs no verdict: this one has no effect.
    if (session.machine.openNodeRun(nodeRunId)?.pass !== pass) return { retry: true }
    try {
      const reads = { ...readsOf(isTemplate(retryIf) ? [retryIf] : [], session.index.templates), error: false }
      const roots = await loadRoots(session, nodeRunId, reads, values)
      const isTrue = evaluate(session, started, retryIf, { ...roots, error: errorRoot(failure, started.attempt) })
      return isTrue ? { retry: true } : { retry: false, error: failure }
    } catch (cause) {
      if (!(cause instanceof TenonError) || cause.code === 'UNAVAILABLE') throw cause
      return { retry: false, error: faultOf(cause, failure, node.id) }
    }
  })
  return verdict ?? { retry: true }
}

function evaluate(
  session: RunSession,
  { nodeRunId, attempt, scheduledAt }: StartedNode,
  retryIf: string,
  roots: Readonly<Record<string, Json>>,
): boolean {
  const { templates } = session.index
  const runSeed = session.beginning?.seed ?? ''
  // A sequence of its own for each attempt, so that the condition changes no value of the params.
  const part = `${nodeRunId}/retryIf/${attempt}`
  const context = createEvaluationContext({ nowMs: scheduledAt, runSeed, nodeRunId: part })
  const template = isTemplate(retryIf) ? templates.parse(retryIf) : retryIf
  return evaluateTemplate(template, createPlainScope(roots, context)) === true
}

function errorRoot({ code, message, details = null }: RunFailure, attempt: number): Json {
  return { code, message, details, attempt }
}

/** Returns the failure of a condition that cannot be evaluated, with that of the attempt in its details. */
function faultOf(cause: TenonError, failure: RunFailure, nodeId: string): RunFailure {
  const { code, message, details } = failure
  const fault = (error: Json) =>
    failureOf(
      new TenonError('RETRY_CONDITION_FAILED', `The condition to try again cannot be evaluated: ${cause.message}`, {
        cause,
        details: { policy: 'retryIf', cause: { code: cause.code, message: cause.message }, error },
      }),
      nodeId,
    )
  const whole = fault({ code, message, ...(details === undefined ? {} : { details }) })
  // Details that are too large for the log are left out.
  return whole.details === undefined ? fault({ code, message }) : whole
}
