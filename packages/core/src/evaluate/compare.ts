import type { Span } from '../expression/ast.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Evaluation } from './evaluation.ts'
import { spendReading, spendSteps } from './meter.ts'
import { aKind, kindOf, ownKeys, ownValue } from './values.ts'
import { checkDepth } from './write-json.ts'

/** Whether two values are the same all the way down; values of different types are not. */
export function isEqual(evaluation: Evaluation, left: Json, right: Json, place: Span): boolean {
  return equalAt(evaluation, left, right, place, 0)
}

function equalAt(
  evaluation: Evaluation,
  left: Json | undefined,
  right: Json | undefined,
  place: Span,
  depth: number,
): boolean {
  const { meter } = evaluation
  checkDepth(depth)
  spendSteps(meter, 1)
  const kind = kindOf(left, place)
  if (kind !== kindOf(right, place)) return false
  switch (kind) {
    case 'text':
      if ((left as string).length !== (right as string).length) return false
      spendReading(meter, (left as string).length)
      return left === right
    case 'list': {
      const [items, others] = [left as readonly Json[], right as readonly Json[]]
      if (items.length !== others.length) return false
      return items.every((_item, index) =>
        equalAt(evaluation, ownValue(items, index), ownValue(others, index), place, depth + 1),
      )
    }
    case 'object': {
      const [object, other] = [left as JsonObject, right as JsonObject]
      const keys = ownKeys(meter, object)
      if (keys.length !== ownKeys(meter, other).length) return false
      return keys.every((key) => {
        const opposite = ownValue(other, key)
        return opposite !== undefined && equalAt(evaluation, ownValue(object, key), opposite, place, depth + 1)
      })
    }
    default:
      return left === right
  }
}

/** Negative, zero or positive as `left` comes before, with or after `right`; `null` if they have no order. */
export function orderOf(evaluation: Evaluation, left: Json, right: Json, place: Span): number | null {
  const kind = kindOf(left, place)
  if (kind !== kindOf(right, place) || (kind !== 'text' && kind !== 'number')) return null
  if (kind === 'text') spendReading(evaluation.meter, Math.min((left as string).length, (right as string).length))
  return (left as string) < (right as string) ? -1 : left === right ? 0 : 1
}

/** `a text and a number`, for messages about two values that do not go together. */
export function bothKinds(left: Json, right: Json, place: Span): string {
  return `${aKind(kindOf(left, place))} and ${aKind(kindOf(right, place))}`
}
