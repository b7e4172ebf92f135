import type { Json } from '@tenon/core/document'
import { testCondition } from '@tenon/core/evaluate'
import type { Operator } from './operators.ts'

/** A comparison as it was carried out. */
export interface Comparison {
  readonly condition: boolean
  readonly left: Json
  /** As {@link alignRight} reads it; null where the operator takes no second value. */
  readonly right: Json
}

/**
 * Compares two resolved params as the expression language does: by their kinds, nothing is converted but what
 * {@link alignRight} reads.
 *
 * @throws {@link TenonError} `EXPRESSION_TYPE` if the operator has no meaning for the two kinds.
 */
export function compare(left: unknown, operator: Operator, right: unknown): Comparison {
  // Resolved params hold JSON alone; `undefined` is a param that was left out.
  const lhs = (left ?? null) as Json
  const rhs = operator === 'exists' ? null : alignRight(lhs, (right ?? null) as Json)
  return { condition: testCondition(lhs, operator, rhs), left: lhs, right: rhs }
}

/**
 * Reads a number or a truth value that was typed as text, where the other side is one: form fields hold
 * texts, and `70` typed there means the number.
 *
 * Only the plain spelling counts, so `"070"` and `"7e1"` stay texts.
 */
export function alignRight(left: Json, right: Json): Json {
  if (typeof right !== 'string') return right
  const text = right.trim()
  if (typeof left === 'number' && Number.isFinite(Number(text)) && String(Number(text)) === text) return Number(text)
  if (typeof left === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return right
}
