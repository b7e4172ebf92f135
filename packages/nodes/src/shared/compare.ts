import type { Json } from '@tenon/core/document'
import { testCondition } from '@tenon/core/evaluate'
import { isNumberText } from '@tenon/core/text'
import type { Operator } from './operators.ts'

/** A comparison with its result. */
export interface Comparison {
  readonly condition: boolean
  readonly left: Json
  /** Right side as compared; `null` if the operator takes no second value. */
  readonly right: Json
}

/**
 * Compares two resolved params with the comparator of expressions: by type, where a text that is exactly a JSON number
 * is compared with a number by value.
 *
 * @throws {@link TenonError} `COMPARISON_TYPES_DIFFER` for an order of values of different types, `EXPRESSION_TYPE` if
 * the operator has no meaning for the two types.
 */
export function compare(left: unknown, operator: Operator, right: unknown): Comparison {
  // Resolved params contain JSON only; `undefined` is an omitted param.
  const lhs = (left ?? null) as Json
  const rhs = operator === 'exists' ? null : ((right ?? null) as Json)
  return { condition: testCondition(lhs, operator, rhs), left: lhs, right: asComparedWith(lhs, rhs) }
}

/**
 * Converts the right side to the type of the comparison: `70` typed into a form is the text "70" and becomes a number
 * if the left side is one. A text with more digits than a number can represent remains a text; the comparison uses all
 * of them.
 */
export function asComparedWith(left: Json, right: Json): Json {
  if (typeof right !== 'string') return right
  if (typeof left === 'boolean' && (right === 'true' || right === 'false')) return right === 'true'
  if (typeof left !== 'number' || !isNumberText(right)) return right
  const number = Number(right)
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? right : number
}
