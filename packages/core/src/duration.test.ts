import { describe, expect, test } from 'vitest'
import { durationToMs, isDurationString, LONGEST_DURATIONS, MAX_DURATION_MS } from './duration.ts'

describe('durationToMs', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['2m', 120_000],
    ['7d', 604_800_000],
    ['3650d', MAX_DURATION_MS],
    ['3649.999d', 315_359_913_600],
    ['79999h', 287_996_400_000],
    ['4999999m', 299_999_940_000],
    ['299999999s', 299_999_999_000],
    ['999999999ms', 999_999_999],
    ['0.5ms', 1],
  ])('%s is %i ms', (text, ms) => {
    expect(isDurationString(text)).toBe(true)
    expect(durationToMs(text)).toBe(ms)
  })

  test.each(['3651d', '3650.001d', '100000000d', '80000h', '5000000m', '300000000s'])(
    'refuses %s as too long',
    (text) => {
      expect(isDurationString(text)).toBe(false)
      expect(() => durationToMs(text)).toThrow(`"${text}" is not a duration of at most 3650 days`)
    },
  )

  test.each(Object.entries(LONGEST_DURATIONS))('%s: the largest amount is %i', (unit, amount) => {
    expect(isDurationString(`${amount}${unit}`)).toBe(true)
    expect(isDurationString(`${amount + 1}${unit}`)).toBe(false)
  })

  test.each(['', '30', 's', '-1s', '1.s', '1e3s', '30 s', '1234567890s', '1.2345s', '30s\n'])('refuses %j', (text) => {
    expect(isDurationString(text)).toBe(false)
    expect(() => durationToMs(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })
})
