import { TenonError } from './errors/index.ts'
import { cutText } from './text/cut-text.ts'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A duration as people write it in documents: `'30s'`, `'1.5h'`, `'250ms'`; at most 3,650 days. */
export type DurationString = `${number}${keyof typeof UNIT_MS}`

/** Longest duration in milliseconds: 3,650 days. Parsers of durations refuse longer ones. */
export const MAX_DURATION_MS = 3_650 * UNIT_MS.d

// The digits of each unit stay within 3,650 days, so that a schema with this pattern alone refuses longer durations.
const AMOUNTS = [
  '[0-9]{1,9}(\\.[0-9]{1,3})?ms',
  '[0-2]?[0-9]{1,8}(\\.[0-9]{1,3})?s',
  '[0-4]?[0-9]{1,6}(\\.[0-9]{1,3})?m',
  '[0-7]?[0-9]{1,4}(\\.[0-9]{1,3})?h',
  '([0-2]?[0-9]{1,3}|3[0-5][0-9]{2}|36[0-4][0-9])(\\.[0-9]{1,3})?d',
  '3650d',
]

/**
 * Pattern of {@link DurationString}; anchored and linear. It refuses amounts beyond {@link LONGEST_DURATIONS}, so none
 * exceeds {@link MAX_DURATION_MS}.
 */
export const DURATION_PATTERN = `^(${AMOUNTS.join('|')})$`

/** Largest amount of each unit in a {@link DurationString}. */
export const LONGEST_DURATIONS: Readonly<Record<keyof typeof UNIT_MS, number>> = Object.freeze({
  ms: 999_999_999,
  s: 299_999_999,
  m: 4_999_999,
  h: 79_999,
  d: 3_650,
})

const durationRegExp = new RegExp(DURATION_PATTERN)

/** Checks whether a text has the form of a {@link DurationString}: digits, at most three decimals, a unit. */
export function isDurationString(text: string): text is DurationString {
  return durationRegExp.test(text)
}

/**
 * Converts a duration of a document to whole milliseconds, 0 to {@link MAX_DURATION_MS}.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` if the text is not a duration, or too long.
 */
export function durationToMs(text: string): number {
  const match = /^([0-9.]+)(ms|s|m|h|d)$/.exec(isDurationString(text) ? text : '')
  if (match === null) {
    throw new TenonError('REQUEST_INVALID', `"${cutText(text, 40)}" is not a duration of at most 3650 days`, {
      remedy: 'Write a number and ms, s, m, h or d: 30s',
    })
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS])
}
