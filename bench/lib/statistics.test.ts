import { describe, expect, test } from 'vitest'
import { median, percentile } from './statistics.ts'

describe('median', () => {
  test('takes the middle, or the mean of the two middle ones, of unsorted values', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([])).toBeNaN()
  })
})

describe('percentile', () => {
  test('interpolates between ranks', () => {
    expect(percentile([10, 20, 30, 40, 50], 90)).toBe(46)
    expect(percentile([7], 99)).toBe(7)
  })
})
