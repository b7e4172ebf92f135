import { compareNumber } from 'lossless-json'
import type { TenonError } from '../errors/index.ts'
import type { Span } from '../expression/ast.ts'
import type { Json, JsonObject } from '../json.ts'
import { isNumberText } from '../text/number-text.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { instantOfText } from './instant.ts'
import { spendReading, spendSteps } from './meter.ts'
import { aKind, kindOf, ownKeys, ownValue } from './values.ts'
import { checkDepth } from './write-json.ts'

/** Checks whether two values are deeply equal as JSON, without conversion: values of different types never are. */
function isEqual(evaluation: Evaluation, left: Json, right: Json, span: Span): boolean {
  return equalAt(evaluation, left, right, span, 0)
}

function equalAt(
  evaluation: Evaluation,
  left: Json | undefined,
  right: Json | undefined,
  span: Span,
  depth: number,
): boolean {
  const { meter } = evaluation
  checkDepth(depth)
  spendSteps(meter, 1)
  const kind = kindOf(left, span)
  if (kind !== kindOf(right, span)) return false
  switch (kind) {
    case 'text':
      if ((left as string).length !== (right as string).length) return false
      spendReading(meter, (left as string).length)
      return left === right
    case 'list': {
      const [items, others] = [left as readonly Json[], right as readonly Json[]]
      if (items.length !== others.length) return false
      return items.every((_item, index) =>
        equalAt(evaluation, ownValue(items, index), ownValue(others, index), span, depth + 1),
      )
    }
    case 'object': {
      const [object, other] = [left as JsonObject, right as JsonObject]
      const keys = ownKeys(meter, object)
      if (keys.length !== ownKeys(meter, other).length) return false
      return keys.every((key) => {
        const opposite = ownValue(other, key)
        return opposite !== undefined && equalAt(evaluation, ownValue(object, key), opposite, span, depth + 1)
      })
    }
    default:
      return left === right
  }
}

type Scalar = string | number

const isNumeric = (value: Json): value is Scalar =>
  Number.isFinite(value) || (typeof value === 'string' && isNumberText(value))

/** Compares by decimal digits, so that a text with more digits than a number holds is not rounded. */
function numberOrder(left: Scalar, right: Scalar): number {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : left === right ? 0 : 1
  return compareNumber(String(left), String(right))
}

function dateOrder(left: string, right: string): number | null {
  const from = instantOfText(left)
  const to = from === null ? null : instantOfText(right)
  return from === null || to === null ? null : from - to
}

function spendBoth({ meter }: Evaluation, left: Json, right: Json): void {
  const lengthOf = (value: Json) => (typeof value === 'string' ? value.length : 0)
  spendReading(meter, Math.min(lengthOf(left), lengthOf(right)))
}

/**
 * Compares two values for equality, by type. A text that is exactly a JSON number equals that number,
 * `"true"` equals true, two ISO 8601 dates are equal if they are the same instant. Values of other different types are
 * not equal. Items and members of lists and objects are compared as {@link isEqual} does: nothing is converted there.
 */
export function equals(evaluation: Evaluation, left: Json, right: Json, span: Span): boolean {
  const [ours, theirs] = [kindOf(left, span), kindOf(right, span)]
  if (ours === theirs && ours !== 'text') return isEqual(evaluation, left, right, span)
  spendSteps(evaluation.meter, 1)
  spendBoth(evaluation, left, right)
  if (typeof left === 'string' && typeof right === 'string') return left === right || dateOrder(left, right) === 0
  if (typeof left === 'boolean' && typeof right === 'string') return right === String(left)
  if (typeof left === 'string' && typeof right === 'boolean') return left === String(right)
  return isNumeric(left) && isNumeric(right) && numberOrder(left, right) === 0
}

/** Reason why two values have no order: different types, or a type without an order. */
export type Unordered = 'types_differ' | 'no_order'

/**
 * Returns a negative number, zero or a positive number if `left` comes before, with or after `right`. Numbers and texts
 * that are exactly JSON numbers are compared by value, two ISO 8601 dates by instant, other texts by UTF-16 code units.
 */
export function orderOf(evaluation: Evaluation, left: Json, right: Json, span: Span): number | Unordered {
  const [ours, theirs] = [kindOf(left, span), kindOf(right, span)]
  spendBoth(evaluation, left, right)
  if (isNumeric(left) && isNumeric(right)) return numberOrder(left, right)
  if (ours !== theirs) return 'types_differ'
  if (ours !== 'text') return 'no_order'
  const [before, after] = [left as string, right as string]
  return dateOrder(before, after) ?? (before < after ? -1 : before === after ? 0 : 1)
}

/** Creates the fault of a comparison of values without an order. */
export function unorderedFault(reason: Unordered, operator: string, left: Json, right: Json, span: Span): TenonError {
  const [ours, theirs] = [kindOf(left, span), kindOf(right, span)]
  if (reason === 'no_order') {
    return fault('EXPRESSION_TYPE', `${operator} compares numbers, texts or dates, not two of type ${ours}`, span)
  }
  const isNumberWithText = [ours, theirs].every((kind) => kind === 'number' || kind === 'text')
  const hint = isNumberWithText ? ': the text is not a number' : ''
  const message = `${operator} cannot compare ${aKind(ours)} with ${aKind(theirs)}${hint}`
  return fault('COMPARISON_TYPES_DIFFER', message, span, { left: ours, right: theirs })
}

/** Order of all values of a list, by index. One kind of comparison for the whole list keeps it transitive. */
export type ListOrder = (left: number, right: number) => number

/**
 * Returns the order of the values of a list, by index: as numbers if each is one or exactly a JSON number, as dates if
 * each is an ISO 8601 date, as texts if each is a text; `null` if they are mixed.
 */
export function listOrder(values: readonly Json[]): ListOrder | null {
  if (values.every(isNumeric)) return (a, b) => numberOrder(values[a] as Scalar, values[b] as Scalar)
  if (!values.every((value): value is string => typeof value === 'string')) return null
  const instants = values.map(instantOfText)
  if (instants.every((instant) => instant !== null)) return (a, b) => (instants[a] as number) - (instants[b] as number)
  return (a, b) => {
    const [left, right] = [values[a] as string, values[b] as string]
    return left < right ? -1 : left === right ? 0 : 1
  }
}

/** Formats the types of two values for messages: `a text and a number`. */
export function bothKinds(left: Json, right: Json, span: Span): string {
  return `${aKind(kindOf(left, span))} and ${aKind(kindOf(right, span))}`
}
