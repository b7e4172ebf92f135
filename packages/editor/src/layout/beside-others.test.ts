import { describe, expect, test } from 'vitest'
import { besideOthers } from './beside-others.ts'

const box = (x: number, y: number, width = 236, height = 96) => ({ x, y, width, height })

describe('besideOthers', () => {
  test('leaves a group in place that covers nothing', () => {
    expect(besideOthers([box(0, 0), box(300, 0)], [box(0, 400)])).toEqual({ x: 0, y: 0 })
    expect(besideOthers([box(0, 0)], [])).toEqual({ x: 0, y: 0 })
  })

  test('goes the shortest way out, with a gap', () => {
    expect(besideOthers([box(0, 0)], [box(0, 60)])).toEqual({ x: 0, y: -80 })
    expect(besideOthers([box(0, 0)], [box(200, 10), box(200, -130)])).toEqual({ x: -80, y: 0 })
  })

  test('passes everything in its way, not only the first', () => {
    const wall = Array.from({ length: 5 }, (_, index) => box(-600, index * 130, 1_600))
    const shift = besideOthers([box(0, 140)], wall)
    const moved = box(0 + shift.x, 140 + shift.y)
    expect(wall.every((other) => moved.y >= other.y + 96 + 40 || moved.y + 96 + 40 <= other.y)).toBe(true)
  })
})
