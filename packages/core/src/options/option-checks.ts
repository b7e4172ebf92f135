import { maskText } from '../mask/mask-text.ts'
import { cutText } from '../text/cut-text.ts'

/** Fault of one option, with its remedy. */
export interface OptionFault {
  /** Path of the option, its names joined by dots: `limits.rates.start`. */
  readonly field: string
  /** Sentence that names the field, what it must be, and what it is. */
  readonly message: string
}

/** Finds the faults of one option; `field` is its path, for the messages. */
export type OptionCheck = (value: unknown, field: string) => readonly OptionFault[]

/** Options as a host passes them, before they are checked. */
export type GivenOptions = Readonly<Record<string, unknown>>

/** Longest delay of a timer in Node and browsers, in ms: a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

/** Checks that a value is an object, or a list, and so has fields. */
export const isOptionObject = (value: unknown): value is GivenOptions => typeof value === 'object' && value !== null

/** Reports one fault of a field. */
export const optionFault = (field: string, message: string): readonly OptionFault[] => [{ field, message }]

/** Describes a value in a few characters: texts masked and cut, objects by their type only. */
export function shownOption(value: unknown): string {
  if (typeof value === 'string') return maskText(JSON.stringify(cutText(value, 60)))
  if (typeof value === 'number' || value === undefined || value === null) return String(value)
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}

/** Accepts an option that is left out, and checks any other by `check`. */
export const optional =
  (check: OptionCheck): OptionCheck =>
  (value, field) =>
    value === undefined ? [] : check(value, field)

/** Requires a function. @param remedy - The whole message. */
export const aFunction =
  (remedy: string): OptionCheck =>
  (value, field) =>
    typeof value === 'function' ? [] : optionFault(field, remedy)

/** Requires an object with methods of these names. @param remedy - The whole message. */
export const anObjectWith =
  (names: readonly string[], remedy: string): OptionCheck =>
  (value, field) =>
    isOptionObject(value) && names.every((name) => typeof value[name] === 'function') ? [] : optionFault(field, remedy)

/** Requires a text that is not empty. */
export const text: OptionCheck = (value, field) =>
  typeof value === 'string' && value !== ''
    ? []
    : optionFault(field, `${field} must be a text that is not empty (got ${shownOption(value)})`)

/** Requires a list whose items pass `check`. */
export const listOf =
  (check: OptionCheck, what: string): OptionCheck =>
  (value, field) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => check(item, `${field}.${index}`))
      : optionFault(field, `${field} must be a list of ${what} (got ${shownOption(value)})`)

/** Requires `true` or `false`. */
export const flag: OptionCheck = (value, field) =>
  typeof value === 'boolean' ? [] : optionFault(field, `${field} must be true or false (got ${shownOption(value)})`)

/** Requires an absolute http or https URL. */
export const httpUrl: OptionCheck = (value, field) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
    ? []
    : optionFault(
        field,
        `${field} must be an http or https URL such as "https://app.example" (got ${shownOption(value)})`,
      )

/** Requires a duration in milliseconds, above 0 and at most the limit of timers. */
export const timerMs: OptionCheck = (value, field) =>
  typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS
    ? []
    : optionFault(
        field,
        `${field} must be a number of milliseconds above 0, at most ${MAX_TIMER_MS} (got ${shownOption(value)})`,
      )

/**
 * Requires a duration in milliseconds, from 0. @param most - Largest accepted value. @defaultValue the limit of timers
 */
export const msUpTo =
  (most: number = MAX_TIMER_MS): OptionCheck =>
  (value, field) =>
    typeof value === 'number' && value >= 0 && value <= most
      ? []
      : optionFault(field, `${field} must be a number of milliseconds from 0 to ${most} (got ${shownOption(value)})`)

/** Requires an integer ≥ `least`. */
export const integerFrom =
  (least: number): OptionCheck =>
  (value, field) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? []
      : optionFault(field, `${field} must be an integer of at least ${least} (got ${shownOption(value)})`)

/** Requires a number ≥ 0, or `Infinity`. */
export const amount: OptionCheck = (value, field) =>
  typeof value === 'number' && value >= 0
    ? []
    : optionFault(field, `${field} must be a number of at least 0, or Infinity (got ${shownOption(value)})`)

/** Requires an integer ≥ 1, or `Infinity`, for limits that must admit at least one. */
export const atLeastOne: OptionCheck = (value, field) =>
  typeof value === 'number' && value >= 1 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)
    ? []
    : optionFault(field, `${field} must be an integer of at least 1, or Infinity (got ${shownOption(value)})`)
