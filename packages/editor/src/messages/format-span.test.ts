import { describe, expect, test } from 'vitest'
import { formatInterval, formatSpan } from './format-span.ts'

describe('formatInterval', () => {
  test.each([
    [1_000, 'second'],
    [3_600_000, 'hour'],
    [300_000, '5 minutes'],
    [100_000, '100 seconds'],
    [1_500, '1,500 milliseconds'],
  ])('names one unit alone, and other intervals exactly: %i', (ms, text) => {
    expect(formatInterval(ms, 'en')).toBe(text)
  })

  test('has the words of the locale', () => {
    expect(formatInterval(3_600_000, 'de')).toBe('Stunde')
    expect(formatInterval(7_200_000, 'de')).toBe('2 Stunden')
  })
})

test('formatSpan rounds to the largest unit', () => {
  expect(formatSpan(100_000, 'en')).toBe('1.7 minutes')
  expect(formatSpan(0, 'en')).toBe('0 seconds')
})
