import { describe, expect, test } from 'vitest'
import { growingEnd, tickDistance, ticksOf } from './ticks.ts'
import { createTimeScale } from './time-scale.ts'

describe('tickDistance', () => {
  test.each([
    [8, 8, 1],
    [90, 8, 20],
    [2_300, 8, 500],
    [4_430, 8, 1_000],
    [70_000, 8, 10_000],
    [100_000, 8, 15_000],
    [3_600_000, 8, 600_000],
    [86_400_000, 8, 10_800_000],
    [86_400_000 * 400, 8, 86_400_000 * 60],
  ])('%i ms in at most %i ticks go by %i ms', (length, count, step) => {
    expect(tickDistance(length, count)).toBe(step)
  })
})

describe('ticksOf', () => {
  test('are at round distances from the start', () => {
    const ticks = ticksOf(createTimeScale(7_300, 11_730), 800)
    expect(ticks.map((tick) => tick.elapsedMs)).toEqual([0, 1_000, 2_000, 3_000, 4_000])
    expect(ticks[2]?.left).toBeCloseTo(2_000 / 4_430)
  })

  test('leave a collapsed stretch out and keep their times away from its own', () => {
    const ticks = ticksOf(createTimeScale(0, 102_100, [{ from: 2_050, to: 100_000 }]), 800)
    expect(ticks.every((tick) => tick.elapsedMs <= 2_050 || tick.elapsedMs >= 100_000)).toBe(true)
    expect(ticks.find((tick) => tick.elapsedMs === 2_000)?.hasLabel).toBe(false)
    expect(ticks.find((tick) => tick.elapsedMs === 1_000)?.hasLabel).toBe(true)
  })

  test('are never more than asked for by more than one', () => {
    for (let length = 1; length < 1e9; length = Math.ceil(length * 1.7)) {
      expect(ticksOf(createTimeScale(0, length), 800).length).toBeLessThanOrEqual(9)
    }
  })
})

describe('labels of ticks', () => {
  test.each([60, 120, 180, 260, 390, 800])('do not overlap on an axis of %i px', (width) => {
    for (const length of [8, 4_430, 7_850, 90_000, 4_000_000]) {
      const labeled = ticksOf(createTimeScale(0, length), width).filter((tick) => tick.hasLabel)
      expect(labeled.length).toBeGreaterThan(0)
      for (const [index, tick] of labeled.slice(1).entries()) {
        expect((tick.left - (labeled[index]?.left ?? 0)) * width).toBeGreaterThanOrEqual(55.9)
      }
      expect((labeled.at(-1)?.left ?? 0) * width).toBeLessThanOrEqual(width - 27)
    }
  })
})

describe('growingEnd', () => {
  test('stays the same between two round lengths', () => {
    expect(growingEnd(0, 3_100)).toBe(growingEnd(0, 3_700))
    expect(growingEnd(0, 3_100)).toBeGreaterThan(3_100)
  })

  test('is always ahead of now', () => {
    for (let now = 1; now < 1e8; now = Math.ceil(now * 1.3)) expect(growingEnd(0, now)).toBeGreaterThan(now)
  })

  test('follows now closely where waiting is collapsed', () => {
    expect(growingEnd(0, 100_000, [{ from: 1_000, to: 100_000 }])).toBe(100_040)
  })
})
