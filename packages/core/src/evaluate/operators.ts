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
export function add(evaluation: Evaluation, left: Json, right: Json, place: Span, isOwn: boolean): Json {
  const numbers = bothNumbers(left, right)
  if (numbers !== null) return exact(numbers[0] + numbers[1], place)
  if (typeof left !== 'string' && typeof right !== 'string') {
    throw fault('EXPRESSION_TYPE', `+ joins numbers or texts, not ${bothKinds(left, right, place)}`, place)
  }
  const before = textOf(evaluation, left, place)
  const after = textOf(evaluation, right, place)
  spendText(evaluation.meter, after.length + (isOwn ? 0 : before.length))
  return before + after
}

/** Calculates `left operator right`, for numbers only. */
export function calculate(operator: Arithmetic, left: Json, right: Json, place: Span): number {
  const numbers = bothNumbers(left, right)
  if (numbers === null) {
    throw fault('EXPRESSION_TYPE', `${operator} takes numbers, not ${bothKinds(left, right, place)}`, place)
  }
  const [a, b] = numbers
  switch (operator) {
    case '-':
      return exact(a - b, place)
    case '*':
      return exact(a * b, place)
    default:
      if (b === 0) throw fault('EXPRESSION_VALUE', 'Division by zero', place)
      return exact(operator === '/' ? a / b : a % b, place)
  }
}

/** Checks whether a list contains an item, a text a part, or an object a key. */
export function isIn(evaluation: Evaluation, part: Json, whole: Json, place: Span): boolean {
  if (Array.isArray(whole)) {
    const items: readonly Json[] = whole
    return items.some((item) => equals(evaluation, part, item, place))
  }
  const kind = kindOf(whole, place)
  if (typeof part === 'string' && kind === 'text') {
    spendReading(evaluation.meter, (whole as string).length + part.length)
    return createTextFinder(part)(whole as string, 0) !== -1
  }
  if (typeof part === 'string' && kind === 'object') return ownValue(whole as JsonObject, part) !== undefined
  const message = `${aKind(kindOf(part, place))} cannot be in ${aKind(kind)}`
  throw fault('EXPRESSION_TYPE', message[0]?.toUpperCase() + message.slice(1), place)
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
  place: Span,
): boolean {
  if (operator === '==') return equals(evaluation, left, right, place)
  if (operator === '!=') return !equals(evaluation, left, right, place)
  if (operator === 'in') return isIn(evaluation, left, right, place)
  const order = orderOf(evaluation, left, right, place)
  if (typeof order === 'string') throw unorderedFault(order, operator, left, right, place)
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
