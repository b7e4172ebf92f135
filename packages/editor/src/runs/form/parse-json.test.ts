import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { en, enRuns } from '../../messages/en/index.ts'
import { createTranslate } from '../../messages/format.ts'
import { jsonFaultText, parseJson } from './parse-json.ts'

const t = createTranslate({ ...en, ...enRuns }, 'en')

describe('parseJson', () => {
  test('gives every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2)
        fc.pre(!/\d{16}|e[+-]?\d{3}|__proto__|\\ud[89a-f]/i.test(text))
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
    expect(parseJson(text)).toEqual({ ok: false, fault: { kind: 'syntax', line, column } })
  })

  test.each([
    [
      '{"order": {"ids": [1, 7615917337495251231]}}',
      'The number at "order.ids.1" has too many digits to be exact. Put it in quotes.',
    ],
    ['1e400', 'This number has too many digits to be exact. Put it in quotes.'],
    ['{"a": {"__proto__": 1}}', 'The value at "a.__proto__" cannot be stored.'],
    ['{"a": "\\ud83d"}', 'The value at "a" cannot be stored.'],
    ['['.repeat(200), 'This JSON is nested too deeply.'],
    ['{"a"', 'Invalid JSON at line 1, column 5.'],
  ])('says of %.40s what is wrong', (text, message) => {
    const parsed = parseJson(text)
    expect(parsed.ok ? '' : jsonFaultText(t, parsed.fault)).toBe(message)
  })

  test('finds a position within or just behind every broken text', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const whole = JSON.stringify(value, null, 1)
        const text = whole.slice(0, at % (whole.length + 1))
        const parsed = parseJson(text)
        if (parsed.ok || parsed.fault.kind !== 'syntax') return
        const { line, column } = parsed.fault
        const lines = text.split('\n')
        expect(line).toBeLessThanOrEqual(lines.length)
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1)
      }),
    )
  })
})
