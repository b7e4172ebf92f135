import { TenonError } from './errors/index.ts'
import { cutText } from './text/cut-text.ts'

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A length of time as people write it in documents: `'30s'`, `'1.5h'`, `'250ms'`. */
export type DurationString = `${number}${keyof typeof UNIT_MS}`

/** The text form of {@link DurationString}; anchored and linear. */
export const DURATION_PATTERN = '^[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h|d)$'

const durationRegExp = new RegExp(DURATION_PATTERN)

/** Tells whether a text has the form of a {@link DurationString}: digits, at most three decimals, a unit. */
export function isDurationString(text: string): text is DurationString {
  return durationRegExp.test(text)
}

/**
 * Turns a duration from a document into whole milliseconds.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` if the text is no duration.
 */
export function durationToMs(text: string): number {
  const match = /^([0-9.]+)(ms|s|m|h|d)$/.exec(isDurationString(text) ? text : '')
  if (match === null) {
    throw new TenonError('REQUEST_INVALID', `"${cutText(text, 40)}" is no duration`, {
      remedy: 'Write a number and ms, s, m, h or d: 30s',
    })
  }
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS])
}
