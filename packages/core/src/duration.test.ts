import { describe, expect, test } from 'vitest'
import { durationToMs, isDurationString } from './duration.ts'

describe('durationToMs', () => {
  test.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5h', 5_400_000],
    ['2m', 120_000],
    ['7d', 604_800_000],
    ['0.5ms', 1],
  ])('%s is %i ms', (text, ms) => {
    expect(isDurationString(text)).toBe(true)
    expect(durationToMs(text)).toBe(ms)
  })

  test.each(['', '30', 's', '-1s', '1.s', '1e3s', '30 s', '1234567890s', '1.2345s', '30s\n'])('refuses %j', (text) => {
    expect(isDurationString(text)).toBe(false)
    expect(() => durationToMs(text)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }))
  })
})
