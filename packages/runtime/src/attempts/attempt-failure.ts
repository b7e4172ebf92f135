import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { createPlainScope, evaluateExpression } from '@tenon/core/evaluate'
import type { NodeDefinition } from '@tenon/core/node'
import type { PlanNode } from '../interpreter/plan.ts'

const REMEDY =
  'Check whether the service executed it before you run it again. ' +
  'A node repeats such a call only if the service honors the idempotency key.'

/** Failures after which a service may have executed the request, unless `details.sent` is `false`. */
const UNCERTAIN_CODES: ReadonlySet<string> = new Set(['HTTP_FAILED', 'MAIL_FAILED', 'NODE_TIMEOUT', 'NODE_FAILED'])

type Repeatable = Pick<NodeDefinition, 'idempotentWhen'>

/**
 * Checks whether an attempt that may have had its effect can be made again: the node reads, or its type says that a
 * repeated write does no harm with these params.
 *
 * @param node - Node of the plan: the params that `idempotentWhen` reads are literals.
 */
export function isIdempotent({ effect, params }: Pick<PlanNode, 'effect' | 'params'>, definition: Repeatable): boolean {
  if (effect !== 'write') return true
  const { idempotentWhen } = definition
  if (idempotentWhen === undefined) return false
  try {
    return evaluateExpression(idempotentWhen, createPlainScope({ params: params as Json })) === true
  } catch {
    return false
  }
}

/**
 * Returns the failure of an attempt with its effect on the next one: a write that may have been executed is not
 * retried. The policy of the node cannot override that.
 *
 * @see docs/adr/0011-writes-are-not-repeated-blindly.md
 */
export function toAttemptFailure(
  thrown: unknown,
  node: Pick<PlanNode, 'effect' | 'params'>,
  definition: Repeatable,
): TenonError {
  const error = thrown instanceof TenonError ? thrown : new TenonError('NODE_FAILED', 'The node failed unexpectedly')
  const { code, message, cause, details, retryable } = error
  const isOver = code === 'NODE_TOTAL_TIMEOUT'
  const isUncertain = isOver || (retryable && UNCERTAIN_CODES.has(code) && details?.sent !== false)
  if (!isUncertain || isIdempotent(node, definition)) return error
  return new TenonError(code, message, {
    cause,
    retryable: false,
    remedy: REMEDY,
    ...(details === undefined ? {} : { details }),
  })
}

/** Returns the failure of a node whose total time is over. */
export function totalTimeoutError({ totalTimeoutMs = 0 }: Pick<PlanNode, 'totalTimeoutMs'>): TenonError {
  const message = `The node did not end within its total time of ${totalTimeoutMs} ms, with all its attempts and waits`
  return new TenonError('NODE_TOTAL_TIMEOUT', message)
}

/** Returns the failure of a write whose attempt was lost with its worker. */
export function lostWrite(): TenonError {
  return new TenonError('ATTEMPTS_LOST', 'The attempt was lost with its worker and may have been executed', {
    remedy: REMEDY,
  })
}
