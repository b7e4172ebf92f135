import { describe, expect, test } from 'vitest'
import { farOf } from './use-far.ts'

describe('farOf', () => {
  test('is 1 at actual size and nearer', () => {
    expect([1, 1.5, 2].map(farOf)).toEqual([1, 1, 1])
  })

  test('keeps a line at its width on screen, and at most a sixth above it', () => {
    for (let zoom = 0.02; zoom < 1; zoom += 0.01) {
      const onScreen = farOf(zoom) * zoom
      expect(onScreen).toBeGreaterThanOrEqual(0.99)
      expect(onScreen).toBeLessThanOrEqual(1.17)
    }
  })

  test('changes in steps, not with each frame of a zoom', () => {
    const seen = new Set(Array.from({ length: 980 }, (_, index) => farOf(0.02 + index / 1_000)))
    expect(seen.size).toBeLessThan(32)
  })
})
