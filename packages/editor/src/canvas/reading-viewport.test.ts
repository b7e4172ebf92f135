import { describe, expect, test } from 'vitest'
import { readingViewport } from './reading-viewport.ts'

const size = { width: 1_000, height: 600 }
const across = (width: number) => ({ x: 100, y: 50, width, height: 200 })

describe('readingViewport', () => {
  test('centers a workflow that fits, at no more than its actual size', () => {
    expect(readingViewport(across(400), size)).toEqual({ zoom: 1, x: 200, y: 150 })
  })

  test('shows a wide one whole as long as names on its tiles can be read', () => {
    const whole = readingViewport(across(3_808), size)
    expect(whole.zoom).toBe(0.25)
    expect(whole.x + 100 * whole.zoom).toBe(24)
  })

  test('has the card that matters in the middle where not all of them fit, and never leaves the beginning unseen', () => {
    const at = (x: number) => readingViewport(across(9_000), size, { x, y: 150 })
    expect(at(5_000).x + 5_000 * 0.72).toBe(500)
    expect(at(5_000).y).toBe(readingViewport(across(9_000), size).y)
    expect(at(150)).toEqual(readingViewport(across(9_000), size))
    expect(readingViewport(across(400), size, { x: 450, y: 150 })).toEqual({ zoom: 1, x: 200, y: 150 })
  })

  test('comes near again where names would be too small to read', () => {
    expect(readingViewport(across(9_000), size).zoom).toBe(0.72)
  })
})
