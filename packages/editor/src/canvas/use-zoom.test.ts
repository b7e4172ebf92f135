import { describe, expect, test } from 'vitest'
import { cardDetailOf, FAR_ZOOM, NAME_ZOOM, ZOOM_LIMITS } from './use-zoom.ts'

describe('cardDetailOf', () => {
  test('shows less of a card the farther out, down to a dot', () => {
    const seen: string[] = []
    for (let zoom = ZOOM_LIMITS.most; zoom >= ZOOM_LIMITS.least; zoom -= 0.001) {
      const detail = cardDetailOf(zoom)
      if (seen.at(-1) !== detail) seen.push(detail)
    }
    expect(seen).toEqual(['full', 'name', 'badge', 'icon', 'dot'])
  })

  test('shows a whole card and a name down to the zooms that other parts rely on', () => {
    expect(cardDetailOf(FAR_ZOOM)).toBe('full')
    expect(cardDetailOf(NAME_ZOOM)).toBe('badge')
    expect(cardDetailOf(NAME_ZOOM - 0.001)).toBe('icon')
  })
})
