import { CONDITION_OPERATORS, type ConditionOperator } from '../expression/functions/list.ts'
import type { Json } from '../json.ts'
import { bothKinds, equals, orderOf, unorderedFault } from './compare.ts'
import { createEvaluation, fault } from './evaluation.ts'
import type { FunctionCall } from './function-body.ts'
import { createMeter, type EvaluationLimits, spendReading } from './meter.ts'
import { isIn } from './operators.ts'
import { patternOf } from './pattern.ts'
import { createPlainScope } from './scope.ts'

function mismatch(operator: string, left: Json, right: Json, call: FunctionCall): Error {
  return call.fault('EXPRESSION_TYPE', `${call.name}: ${operator} cannot take ${bothKinds(left, right, call.span)}`)
}

function orderHolds(operator: ConditionOperator, order: number): boolean {
  if (operator === '>') return order > 0
  if (operator === '<') return order < 0
  return operator === '>=' ? order >= 0 : order <= 0
}

function textHolds(operator: ConditionOperator, left: string, right: string, call: FunctionCall): boolean {
  if (operator === 'matches') return patternOf(call.evaluation, right, call.span).test(left)
  spendReading(call.evaluation.meter, right.length)
  return operator === 'startsWith' ? left.startsWith(right) : left.endsWith(right)
}

/**
 * Evaluates a comparison for a value that may be absent. An absent value and null have no order and contain nothing, so
 * such comparisons are false; types that cannot be compared are a fault.
 */
export function conditionHolds(
  operator: ConditionOperator,
  left: Json | undefined,
  right: Json,
  call: FunctionCall,
): boolean {
  const { evaluation, span } = call
  const isThere = left !== undefined && left !== null
  if (operator === 'exists') return isThere
  if (operator === 'missing') return !isThere
  const value = left ?? null
  if (operator === '==') return equals(evaluation, value, right, span)
  if (operator === '!=') return !equals(evaluation, value, right, span)
  if (operator === 'in') return isIn(evaluation, value, right, span)
  if (!isThere) return false
  if (operator === 'contains') return isIn(evaluation, right, value, span)
  if (operator === 'startsWith' || operator === 'endsWith' || operator === 'matches') {
    if (typeof value === 'string' && typeof right === 'string') return textHolds(operator, value, right, call)
    throw mismatch(operator, value, right, call)
  }
  if (right === null) return false
  const order = orderOf(evaluation, value, right, span)
  if (typeof order === 'string') throw unorderedFault(order, operator, value, right, span)
  return orderHolds(operator, order)
}

/** Checks for one of {@link CONDITION_OPERATORS}. */
export function isConditionOperator(operator: string): operator is ConditionOperator {
  return (CONDITION_OPERATORS as readonly string[]).includes(operator)
}

/**
 * Compares two values as `filter` and the operators of expressions do, for nodes that decide on resolved params. By
 * type: numbers by value, texts by UTF-16 code units, ISO 8601 dates by instant. A text that is exactly a JSON number
 * counts as one beside a number or another such text; `"true"` equals true.
 *
 * @param left - `undefined` for no value; only `exists` and `missing` distinguish it from null.
 * @param right - Ignored by `exists` and `missing`.
 * @throws {@link TenonError} `COMPARISON_TYPES_DIFFER` for an order of values of different types and for a value that
 * cannot be in the other, `EXPRESSION_TYPE` for types without an order, `EXPRESSION_VALUE` for a pattern that is not
 * valid RE2, `EXPRESSION_LIMIT`.
 *
 * @example
 * ```ts
 * testCondition(0.9, '>', 0.7) // true
 * ```
 */
export function testCondition(
  left: Json | undefined,
  operator: ConditionOperator,
  right: Json = null,
  limits: EvaluationLimits = {},
): boolean {
  const span = { start: 0, end: 0 }
  return conditionHolds(operator, left, right, {
    name: operator,
    evaluation: createEvaluation(createPlainScope({}), createMeter(limits)),
    span,
    fault: (code, message) => fault(code, message, span),
  })
}
