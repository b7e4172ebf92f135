import type { Json, JsonObject } from '@tenon/core/document'
import type { Translate } from '../messages/format.ts'

/** Limits of a number. */
export interface NumberRange {
  /** Smallest number. */
  readonly min?: number | undefined
  /** Largest number. */
  readonly max?: number | undefined
  /** All numbers must be larger than this one. */
  readonly above?: number | undefined
  /** All numbers must be smaller than this one. */
  readonly below?: number | undefined
}

/** Returns the limits that a JSON Schema sets for numbers. */
export function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): NumberRange {
  const limit = (value: Json | undefined) => (typeof value === 'number' ? value : undefined)
  return {
    min: limit(minimum),
    max: limit(maximum),
    above: limit(exclusiveMinimum),
    below: limit(exclusiveMaximum),
  }
}

/** Returns the reason why a number is outside its limits, with both limits; `null` if it is inside. */
export function rangeFault(value: number, range: NumberRange, t: Translate, locale: string): string | null {
  const { min, max, above, below } = range
  const isTooSmall = (min !== undefined && value < min) || (above !== undefined && value <= above)
  const isTooLarge = (max !== undefined && value > max) || (below !== undefined && value >= below)
  if (!isTooSmall && !isTooLarge) return null
  const text = (limit: number) => formatLimit(limit, locale)
  if (min !== undefined && max !== undefined) return t('ui.notInRange', { min: text(min), max: text(max) })
  if (isTooSmall) {
    return min !== undefined && value < min
      ? t('ui.tooSmall', { min: text(min) })
      : t('ui.notAbove', { min: text(above ?? 0) })
  }
  return max !== undefined && value > max
    ? t('ui.tooLarge', { max: text(max) })
    : t('ui.notBelow', { max: text(below ?? 0) })
}

/** Formats a limit with all its digits. */
export function formatLimit(limit: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 20 }).format(limit)
}
