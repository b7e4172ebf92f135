import { describe, expect, test } from 'vitest'
import { measureRow } from './measure.ts'
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

describe('measureRow', () => {
  test('warms up, swaps the order each round and closes what it opened', async () => {
    const calls: string[] = []
    const side = (name: string, value: number) => async () => {
      calls.push(name)
      return value
    }
    const result = await measureRow(
      {
        id: 'a',
        title: 'A',
        unit: 'ms',
        better: 'lower',
        rounds: 2,
        open: async () => ({
          measure: side('ours', 6),
          floor: side('floor', 3),
          close: async () => void calls.push('close'),
        }),
      },
      () => undefined,
    )
    expect(calls).toEqual(['ours', 'floor', 'ours', 'floor', 'floor', 'ours', 'close'])
    expect(result).toMatchObject({
      value: 6,
      baseline: 3,
      ratio: 2,
      samples: [
        { value: 6, baseline: 3 },
        { value: 6, baseline: 3 },
      ],
    })
  })
})
