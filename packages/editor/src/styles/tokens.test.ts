import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { COLOR_TOKENS, MEASURE_TOKENS } from '../theme/tokens.ts'
import { AVATAR_COLORS } from '../ui/avatar.tsx'

const sheet = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8')

/** The custom properties of every block whose selector has a text. */
function tokensOf(selector: string): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>()
  for (const [, head = '', body = ''] of sheet.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    if (!head.includes(selector)) continue
    for (const [, name = '', value = ''] of body.matchAll(/--tenon-([\w-]+):\s*([^;]+);/g))
      tokens.set(name, value.trim())
  }
  return tokens
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y)
  return (high + 0.05) / (low + 0.05)
}

const themes = { light: tokensOf('"light"'), dark: tokensOf('"dark"') }
const SURFACES = ['canvas', 'surface', 'raised', 'sunken']
const TEXTS = ['text', 'muted', 'faint']
const PAIRS = [
  ...TEXTS.flatMap((text) => SURFACES.map((surface) => [text, surface] as const)),
  ...['running', 'waiting', 'parked', 'success', 'failed', 'retry'].flatMap(
    (status) =>
      [
        [status, 'surface'],
        [status, `${status}-soft`],
        ['on-status', status],
      ] as const,
  ),
  ['accent', 'surface'],
  ['accent', 'accent-soft'],
  ['text', 'accent-soft'],
  ['muted', 'accent-soft'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-strong'],
  ['surface', 'text'],
] as const

describe.each(['light', 'dark'] as const)('%s tokens', (name) => {
  const tokens = themes[name]

  test.each(PAIRS)('%s on %s has a contrast of at least 4.5', (text, background) => {
    expect(contrast(tokens.get(text) ?? '', tokens.get(background) ?? '')).toBeGreaterThanOrEqual(4.5)
  })

  test('has every color that a theme may override, and no other', () => {
    expect([...tokens.keys()].sort()).toEqual([...COLOR_TOKENS].sort())
  })
})

test('the dark theme is the same by choice and by system', () => {
  expect(tokensOf('"system"')).toEqual(themes.dark)
})

test('every measure is a token that a theme may override', () => {
  const all = [...sheet.matchAll(/--tenon-([\w-]+):/g)].map((match) => match[1])
  const measures = new Set(all.filter((name) => !themes.light.has(name ?? '')))
  expect([...measures].sort()).toEqual([...MEASURE_TOKENS].sort())
})

test.each(AVATAR_COLORS)('white on the avatar color %s can be read', (color) => {
  expect(contrast('#ffffff', color)).toBeGreaterThanOrEqual(4.5)
})
