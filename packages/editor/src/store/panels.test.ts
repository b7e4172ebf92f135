import { describe, expect, test } from 'vitest'
import { DEFAULT_PANELS, panelsFrom, withPanel } from './panels.ts'

describe('withPanel', () => {
  test('keeps the width of a panel that is closed, and the other panel', () => {
    const wide = withPanel(DEFAULT_PANELS, 'inspector', { width: 400 })
    expect(withPanel(wide, 'inspector', { isOpen: false })).toEqual({
      palette: DEFAULT_PANELS.palette,
      inspector: { isOpen: false, width: 400 },
    })
  })

  test('brings a width inside the limits of the panel', () => {
    expect(withPanel(DEFAULT_PANELS, 'palette', { width: 20 }).palette.width).toBe(168)
    expect(withPanel(DEFAULT_PANELS, 'palette', { width: 9_000 }).palette.width).toBe(360)
  })
})

describe('panelsFrom', () => {
  test('reads what was remembered', () => {
    const panels = withPanel(DEFAULT_PANELS, 'palette', { isOpen: false, width: 300 })
    expect(panelsFrom(JSON.parse(JSON.stringify(panels)))).toEqual(panels)
  })

  test.each([
    ['nothing', undefined],
    ['a text', 'open'],
    ['a list', []],
    ['fields of other types', { palette: { isOpen: 'yes', width: '300' }, inspector: 7 }],
  ])('has the defaults for %s', (_name, remembered) => {
    expect(panelsFrom(remembered)).toEqual(DEFAULT_PANELS)
  })

  test('limits a remembered width', () => {
    expect(panelsFrom({ inspector: { width: -5 } }).inspector).toEqual({ isOpen: true, width: 280 })
  })
})
