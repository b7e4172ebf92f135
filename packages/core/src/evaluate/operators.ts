import type { ChainOperator, ComparisonOperator, Span } from '../expression/ast.ts'
import type { Json, JsonObject } from '../json.ts'
import { bothKinds, equals, orderOf, unorderedFault } from './compare.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { createTextFinder } from './find-text.ts'
import { spendReading, spendText } from './meter.ts'
import { exact } from './numbers.ts'
import { aKind, kindOf, ownValue } from './values.ts'
import { textOf } from './write-json.ts'

type Arithmetic = Extract<ChainOperator, '-' | '*' | '/' | '%'>

function bothNumbers(left: Json, right: Json): [number, number] | null {
  return typeof left === 'number' && typeof right === 'number' ? [left, right] : null
}

/**
 * `left + right`: the sum of two numbers, or one text if either is a text.
 *
 * @param isOwn - True if `left` was built in the same chain, so that only the added part counts as new.
 */
export function add(evaluation: Evaluation, left: Json, right: Json, span: Span, isOwn: boolean): Json {
  const numbers = bothNumbers(left, right)
  if (numbers !== null) return exact(numbers[0] + numbers[1], span)
  if (typeof left !== 'string' && typeof right !== 'string') {
    throw fault('EXPRESSION_TYPE', `+ joins numbers or texts, not ${bothKinds(left, right, span)}`, span)
  }
  const before = textOf(evaluation, left, span)
  const after = textOf(evaluation, right, span)
  spendText(evaluation.meter, after.length + (isOwn ? 0 : before.length))
  return before + after
}

/** Calculates `left operator right`, for numbers only. */
export function calculate(operator: Arithmetic, left: Json, right: Json, span: Span): number {
  const numbers = bothNumbers(left, right)
  if (numbers === null) {
    throw fault('EXPRESSION_TYPE', `${operator} takes numbers, not ${bothKinds(left, right, span)}`, span)
  }
  const [a, b] = numbers
  switch (operator) {
    case '-':
      return exact(a - b, span)
    case '*':
      return exact(a * b, span)
    default:
      if (b === 0) throw fault('EXPRESSION_VALUE', 'Division by zero', span)
      return exact(operator === '/' ? a / b : a % b, span)
  }
}

/** Checks whether a list contains an item, a text a part, or an object a key. */
export function isIn(evaluation: Evaluation, part: Json, whole: Json, span: Span): boolean {
  if (Array.isArray(whole)) {
    const items: readonly Json[] = whole
    return items.some((item) => equals(evaluation, part, item, span))
  }
  const kind = kindOf(whole, span)
  if (typeof part === 'string' && kind === 'text') {
    spendReading(evaluation.meter, (whole as string).length + part.length)
    return createTextFinder(part)(whole as string, 0) !== -1
  }
  if (typeof part === 'string' && kind === 'object') return ownValue(whole as JsonObject, part) !== undefined
  const message = `${aKind(kindOf(part, span))} cannot be in ${aKind(kind)}`
  throw fault('EXPRESSION_TYPE', message[0]?.toUpperCase() + message.slice(1), span)
}

/**
 * Evaluates one comparison by the rules of {@link equals} and {@link orderOf}.
 *
 * @throws {@link TenonError} `COMPARISON_TYPES_DIFFER`, `EXPRESSION_TYPE` for values without an order.
 */
export function compare(
  evaluation: Evaluation,
  operator: ComparisonOperator,
  left: Json,
  right: Json,
  span: Span,
): boolean {
  if (operator === '==') return equals(evaluation, left, right, span)
  if (operator === '!=') return !equals(evaluation, left, right, span)
  if (operator === 'in') return isIn(evaluation, left, right, span)
  const order = orderOf(evaluation, left, right, span)
  if (typeof order === 'string') throw unorderedFault(order, operator, left, right, span)
  switch (operator) {
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '>=':
      return order >= 0
  }
}
