import { jsonEqual } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Operator } from './operators.ts'

/**
 * Compares two JSON values by their kinds; nothing is converted.
 *
 * `==` and `!=` take any two values, deeply; order takes two numbers or two texts; `contains` takes a text
 * in a text, a value in a list, or the name of a field; `exists` asks for anything but null.
 *
 * @throws {@link TenonError} `COMPARISON_TYPE_MISMATCH` if the operator has no meaning for the two kinds
 * (details: `operator`, `left`, `right`, the last two being kinds, never values).
 */
export function compare(left: unknown, operator: Operator, right: unknown): boolean {
  switch (operator) {
    case '==':
      return jsonEqual(left, right)
    case '!=':
      return !jsonEqual(left, right)
    case 'exists':
      return left !== null && left !== undefined
    case 'contains':
      return contains(left, right)
    default:
      return compareOrder(left, operator, right)
  }
}

/**
 * Reads a number or a truth value that was typed as text, where the other side is one: form fields hold
 * texts, and `70` typed there means the number.
 *
 * Only the plain spelling counts, so `"070"` and `"7e1"` stay texts.
 */
export function alignRight(left: unknown, right: unknown): unknown {
  if (typeof right !== 'string') return right
  const text = right.trim()
  if (typeof left === 'number' && Number.isFinite(Number(text)) && String(Number(text)) === text) return Number(text)
  if (typeof left === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return right
}

function compareOrder(left: unknown, operator: '<' | '<=' | '>' | '>=', right: unknown): boolean {
  const sign = orderOf(left, right)
  if (sign === undefined) throw mismatch(left, operator, right)
  switch (operator) {
    case '<':
      return sign < 0
    case '<=':
      return sign <= 0
    case '>':
      return sign > 0
    case '>=':
      return sign >= 0
  }
}

function orderOf(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0
  return undefined
}

function contains(left: unknown, right: unknown): boolean {
  if (Array.isArray(left)) return left.some((item) => jsonEqual(item, right))
  if (typeof right === 'string') {
    if (typeof left === 'string') return left.includes(right)
    if (typeof left === 'object' && left !== null) return Object.hasOwn(left, right)
  }
  throw mismatch(left, 'contains', right)
}

function mismatch(left: unknown, operator: Operator, right: unknown): TenonError {
  const kinds = { left: kindOf(left), right: kindOf(right) }
  return new TenonError('COMPARISON_TYPE_MISMATCH', `${kinds.left} ${operator} ${kinds.right} has no meaning`, {
    details: { operator, ...kinds },
  })
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'string' ? 'text' : typeof value
}
