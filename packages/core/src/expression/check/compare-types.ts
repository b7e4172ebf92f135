import { isNumberText } from '../../text/number-text.ts'
import type { ValueKind } from '../functions/signature.ts'
import { describeKinds, kindsOf, listKinds, type StaticType, withoutNull } from '../types/static-type.ts'
import type { ExpressionProblem } from './problem.ts'
import type { CodedValues } from './values.ts'

/** Problem of a comparison of values of two types, as far as they are known. */
export type ComparisonProblem = CodedValues & Pick<ExpressionProblem, 'severity' | 'message'>

const ORDERED: readonly ValueKind[] = ['number', 'text']

/** Returns the possible texts of a type, if it allows only these or null; else `null`. */
export function knownTexts(type: StaticType): readonly string[] | null {
  const [variant, ...others] = withoutNull(type)
  return others.length === 0 && variant?.kind === 'text' ? (variant.values ?? null) : null
}

/** Relation of a text to a number or boolean: converted, never equal, or equal only if it contains one. */
type Conversion = 'converted' | 'never' | 'unsure'

function conversionOf(text: StaticType, isSpelled: (text: string) => boolean): Conversion {
  const texts = knownTexts(text)
  if (texts === null) return 'unsure'
  if (texts.every(isSpelled)) return 'converted'
  return texts.some(isSpelled) ? 'unsure' : 'never'
}

const only = (type: StaticType): ValueKind | null => {
  const kinds = kindsOf(withoutNull(type))
  return kinds?.length === 1 ? (kinds[0] as ValueKind) : null
}

/**
 * Returns the conversion of a comparison with a text on one side; `null` if both or neither side is a text, or a type
 * is not known.
 */
function textConversion(left: StaticType, right: StaticType): Conversion | null {
  const [ours, theirs] = [only(left), only(right)]
  const [text, other] = ours === 'text' ? [left, theirs] : theirs === 'text' ? [right, ours] : [null, null]
  if (text === null) return null
  if (other === 'number') return conversionOf(text, isNumberText)
  return other === 'boolean' ? conversionOf(text, (each) => each === 'true' || each === 'false') : null
}

const capitalized = (message: string): string => message.charAt(0).toUpperCase() + message.slice(1)

/** Returns the problem of two types with different orders. */
export function orderProblem(operator: string, left: StaticType, right: StaticType): ComparisonProblem | null {
  const [ours, theirs] = [kindsOf(withoutNull(left)), kindsOf(withoutNull(right))]
  if (ours === null || theirs === null || ours.length === 0 || theirs.length === 0) return null
  if (![ours, theirs].every((kinds) => kinds.every((kind) => ORDERED.includes(kind)))) return null
  const code = 'COMPARISON_TYPES_DIFFER'
  const both = `${operator} compares ${describeKinds(ours)} with ${describeKinds(theirs)}`
  const conversion = textConversion(left, right)
  const values = { operator, left: listKinds(ours), right: listKinds(theirs) }
  if (conversion === 'never') {
    const message = `${both}, and the text is not a number`
    return { code, severity: 'error', message, values: { reason: 'not_a_number', ...values } }
  }
  if (conversion !== 'unsure') return null
  const message = `${both}: it fails if the text is not a number`
  return { code, severity: 'warning', message, values: { reason: 'maybe_not_a_number', ...values } }
}

/** Returns the problem of the types in a comparison of a node; `null` if there is none or they are not known. */
export function comparisonProblem(operator: string, left: StaticType, right: StaticType): ComparisonProblem | null {
  if (operator === '==' || operator === '!=') return equalityProblem(left, right)
  if (operator === 'contains') return partProblem(left, right)
  if (!['<', '<=', '>', '>='].includes(operator)) return null
  for (const type of [left, right]) {
    const kinds = kindsOf(withoutNull(type)) ?? []
    if (kinds.length === 0 || kinds.some((kind) => ORDERED.includes(kind))) continue
    const message = `${operator} takes ${describeKinds(ORDERED)}, not ${describeKinds(kinds)}`
    const values = { reason: 'never', user: operator, wanted: listKinds(ORDERED), given: listKinds(kinds) } as const
    return { code: 'EXPRESSION_TYPE', severity: 'error', message, values }
  }
  return orderProblem(operator, left, right) ?? numericTextProblem(operator, left, right)
}

/** Warns that a text is ordered as a number only if it contains one. */
function numericTextProblem(operator: string, left: StaticType, right: StaticType): ComparisonProblem | null {
  if (only(left) !== 'text' || only(right) !== 'text') return null
  const [ours, theirs] = [knownTexts(left), knownTexts(right)]
  const number = ours === null ? theirs?.find(isNumberText) : theirs === null ? ours.find(isNumberText) : undefined
  if (number === undefined) return null
  const message = `${operator} compares a text with ${number}: as numbers if the text is one, else as texts`
  const values = { reason: 'number_as_text', operator, number } as const
  return { code: 'COMPARISON_TYPES_DIFFER', severity: 'warning', message, values }
}

const CONTAINERS: readonly ValueKind[] = ['list', 'text', 'object']

/**
 * Returns the problem of `contains` for types that cannot contain the value: only lists contain values other than
 * texts.
 */
function partProblem(whole: StaticType, part: StaticType): ComparisonProblem | null {
  const [wholes, parts] = [kindsOf(withoutNull(whole)), kindsOf(part)]
  if (wholes === null || wholes.length === 0) return null
  const severity = 'error'
  if (!wholes.some((kind) => CONTAINERS.includes(kind))) {
    const message = `contains looks into ${describeKinds(CONTAINERS)}, not ${describeKinds(wholes)}`
    const given = listKinds(wholes)
    const values = { reason: 'never', user: 'contains', wanted: listKinds(CONTAINERS), given } as const
    return { code: 'EXPRESSION_TYPE', severity, message, values }
  }
  if (wholes.includes('list') || parts === null || parts.includes('text')) return null
  const message = `${capitalized(describeKinds(wholes))} contains texts, not ${describeKinds(parts)}`
  const values = { reason: 'never_contained', left: listKinds(wholes), right: listKinds(parts) } as const
  return { code: 'EXPRESSION_TYPE', severity, message, values }
}

/**
 * Returns the problem of `==` and `!=` for two types: never equal, or only if a text contains the value of the other
 * side.
 */
export function equalityProblem(left: StaticType, right: StaticType): ComparisonProblem | null {
  const [ours, theirs] = [kindsOf(left), kindsOf(right)]
  if (ours === null || theirs === null || ours.some((kind) => theirs.includes(kind))) return null
  const conversion = textConversion(left, right)
  if (conversion === 'converted') return null
  const severity = 'warning'
  const values = { left: listKinds(ours), right: listKinds(theirs) }
  if (conversion === 'unsure') {
    const message = `${describeKinds(ours)} is equal to ${describeKinds(theirs)} only if the text contains it`
    const code = 'COMPARISON_TYPES_DIFFER'
    return { code, severity, message: capitalized(message), values: { reason: 'rarely_equal', ...values } }
  }
  const message = `${describeKinds(ours)} is never equal to ${describeKinds(theirs)}`
  const code = 'EXPRESSION_TYPE'
  return { code, severity, message: capitalized(message), values: { reason: 'never_equal', ...values } }
}
