import { describe, expect, test } from 'vitest'
import { revealingViewport } from './revealing-viewport.ts'

const room = { left: 0, right: 1_000, top: 0, bottom: 600 }
const box = (x: number, y: number) => ({ x, y, width: 200, height: 100 })
const viewport = { x: 0, y: 0, zoom: 1 }

describe('revealingViewport', () => {
  test('stays where it is for a card that is in sight', () => {
    expect(revealingViewport(box(300, 200), room, viewport, false)).toEqual(viewport)
  })

  test('moves no farther than it takes to show the card with a margin', () => {
    expect(revealingViewport(box(900, 200), room, viewport, false)).toEqual({ x: -132, y: 0, zoom: 1 })
    expect(revealingViewport(box(-50, 580), room, viewport, false)).toEqual({ x: 82, y: -112, zoom: 1 })
  })

  test('keeps the card out from under a panel that covers a part', () => {
    expect(revealingViewport(box(600, 200), { ...room, right: 680 }, viewport, false).x).toBe(-152)
    expect(revealingViewport(box(100, 200), { ...room, left: 320 }, viewport, false).x).toBe(252)
  })

  test('puts the card into the middle when the zoom changes or there is no room for margins', () => {
    expect(revealingViewport(box(0, 0), room, { ...viewport, zoom: 0.5 }, true)).toEqual({ x: 450, y: 275, zoom: 0.5 })
    expect(revealingViewport(box(0, 0), { ...room, right: 220 }, viewport, false).x).toBe(10)
  })
})
