import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from './parse-json.ts'

describe('parseJson', () => {
  test('gives every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2)
        expect(parseJson(text)).toEqual({ ok: true, json: JSON.parse(text) })
      }),
    )
  })

  test.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{"a": 1,}', 1, 9],
    ['{"a": 1\n "b": 2}', 2, 2],
    ['[1, 2', 1, 6],
    ['[1 2]', 1, 4],
    ['{a: 1}', 1, 2],
    ["{'a': 1}", 1, 2],
    ['{"a" 1}', 1, 6],
    ['"open', 1, 1],
    ['01', 1, 1],
    ['[1]]', 1, 4],
    ['[1}', 1, 3],
    ['{"a":\n\n  nul}', 3, 3],
    ['1 2', 1, 3],
    ['[,1]', 1, 2],
  ])('%j stops being JSON at %i:%i', (text, line, column) => {
    expect(parseJson(text)).toEqual({ ok: false, line, column })
  })

  test('finds a place within or just behind every broken text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const whole = JSON.stringify(value, null, 1)
        const text = whole.slice(0, at % (whole.length + 1))
        const parsed = parseJson(text)
        if (parsed.ok) return
        const lines = text.split('\n')
        expect(parsed.line).toBeLessThanOrEqual(lines.length)
        expect(parsed.column).toBeLessThanOrEqual((lines[parsed.line - 1] ?? '').length + 1)
      }),
    )
  })
})
