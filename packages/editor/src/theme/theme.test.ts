import { describe, expect, test } from 'vitest'
import { themeProperties } from './theme.ts'

describe('themeProperties', () => {
  const theme = { tokens: { 'radius-1': '0' }, light: { accent: '#0f766e' }, dark: { accent: '#5eead4' } } as const

  test('gives measures in both modes and colors of the mode in effect', () => {
    expect(themeProperties(theme, 'light')).toEqual({ '--tenon-radius-1': '0', '--tenon-accent': '#0f766e' })
    expect(themeProperties(theme, 'dark')).toEqual({ '--tenon-radius-1': '0', '--tenon-accent': '#5eead4' })
  })

  test('sets nothing without overrides', () => {
    expect(themeProperties({ mode: 'dark' }, 'dark')).toEqual({})
  })
})
