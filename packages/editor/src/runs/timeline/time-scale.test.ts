import { describe, expect, test } from 'vitest'
import { createTimeScale, quietGaps } from './time-scale.ts'

describe('createTimeScale', () => {
  test('lays instants evenly over the axis and clamps those outside', () => {
    const scale = createTimeScale(1_000, 3_000)
    expect([500, 1_000, 2_000, 3_000, 9_000].map(scale.at)).toEqual([0, 0, 0.5, 1, 1])
  })

  test('gives a collapsed stretch a small fixed part and the rest to what happened', () => {
    const scale = createTimeScale(0, 1_000_000, [{ from: 1_000, to: 999_000 }])
    expect(scale.pieces.map((piece) => piece.isCollapsed)).toEqual([false, true, false])
    expect(scale.at(1_000)).toBeCloseTo(0.46)
    expect(scale.at(999_000)).toBeCloseTo(0.54)
    expect(scale.at(1_000_000)).toBeCloseTo(1)
  })

  test('grows with time over several collapsed stretches', () => {
    const scale = createTimeScale(0, 100_000, [
      { from: 10_000, to: 40_000 },
      { from: 50_000, to: 90_000 },
    ])
    const positions = [0, 5_000, 10_000, 20_000, 40_000, 45_000, 60_000, 90_000, 95_000, 100_000].map(scale.at)
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
    expect(new Set(positions).size).toBe(positions.length)
  })

  test('never lets collapsed stretches take more than half', () => {
    const quiet = Array.from({ length: 40 }, (_, index) => ({ from: index * 100 + 10, to: index * 100 + 90 }))
    const scale = createTimeScale(0, 4_000, quiet)
    const collapsed = scale.pieces.filter((piece) => piece.isCollapsed)
    expect(collapsed.reduce((sum, piece) => sum + piece.right - piece.left, 0)).toBeCloseTo(0.5)
  })

  test('gives collapsed stretches nearly all of the axis if the rest is milliseconds', () => {
    const scale = createTimeScale(0, 100_004, [{ from: 1, to: 100_001 }])
    const [before, wait, after] = scale.pieces.map(({ left, right }) => right - left)
    expect(wait).toBeCloseTo(0.9)
    expect((before ?? 0) + (after ?? 0)).toBeCloseTo(0.1)
  })

  test('has a length even when nothing has passed', () => {
    expect(createTimeScale(5, 5).at(5)).toBe(0)
  })
})

describe('quietGaps', () => {
  test('finds the long stretch between two busy ones', () => {
    const busy = [
      { from: 0, to: 2_000 },
      { from: 100_000, to: 101_000 },
    ]
    expect(quietGaps(busy, 0, 101_000)).toEqual([{ from: 2_000, to: 100_000 }])
  })

  test('takes overlapping work in any order', () => {
    const busy = [
      { from: 50_000, to: 100_000 },
      { from: 0, to: 60_000 },
    ]
    expect(quietGaps(busy, 0, 100_000)).toEqual([])
  })

  test('leaves short pauses and small parts of the whole as they are', () => {
    expect(quietGaps([{ from: 0, to: 100 }], 0, 1_900)).toEqual([])
    expect(quietGaps([{ from: 0, to: 90_000 }], 0, 110_000)).toEqual([])
  })

  test('leaves room for short work beside several waits, the shorter of which is small beside the longest', () => {
    const day = 86_400_000
    const busy = [
      { from: 0, to: 200 },
      { from: 300_200, to: 300_400 },
      { from: day, to: day + 200 },
    ]
    const quiet = quietGaps(busy, 0, day + 200)
    expect(quiet).toEqual([
      { from: 200, to: 300_200 },
      { from: 300_400, to: day },
    ])
    const scale = createTimeScale(0, day + 200, quiet)
    for (const { from, to } of busy) expect(scale.at(to) - scale.at(from)).toBeCloseTo(0.84 / 3)
  })

  test('counts the stretch up to the end', () => {
    expect(quietGaps([{ from: 0, to: 1_000 }], 0, 60_000)).toEqual([{ from: 1_000, to: 60_000 }])
  })
})
