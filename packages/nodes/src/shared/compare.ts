import type { Json } from '@tenon/core/document'
import { testCondition } from '@tenon/core/evaluate'
import { isNumberText } from '@tenon/core/text'
import type { Operator } from './operators.ts'

/** A comparison as it was carried out. */
export interface Comparison {
  readonly condition: boolean
  readonly left: Json
  /** As {@link asComparedWith} gives it; null where the operator takes no second value. */
  readonly right: Json
}

/**
 * Compares two resolved params by the one comparator of the core, which is that of expressions: by type, and a text
 * that is exactly a JSON number counts as one beside a number.
 *
 * @throws {@link TenonError} `COMPARISON_TYPES_DIFFER` for an order of values of different types, `EXPRESSION_TYPE` if
 * the operator has no meaning for the two types.
 */
export function compare(left: unknown, operator: Operator, right: unknown): Comparison {
  // Resolved params hold JSON alone; `undefined` is a param that was left out.
  const lhs = (left ?? null) as Json
  const rhs = operator === 'exists' ? null : ((right ?? null) as Json)
  return { condition: testCondition(lhs, operator, rhs), left: lhs, right: asComparedWith(lhs, rhs) }
}

/**
 * The right side as the type that it was compared as: `70` typed into a form is the text "70", beside a number it is
 * the number. A text with more digits than a number holds stays a text; the comparison counts all of them.
 */
export function asComparedWith(left: Json, right: Json): Json {
  if (typeof right !== 'string') return right
  if (typeof left === 'boolean' && (right === 'true' || right === 'false')) return right === 'true'
  if (typeof left !== 'number' || !isNumberText(right)) return right
  const number = Number(right)
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? right : number
}
