import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fuzzExpressions } from '../../test/expressions/fuzz.ts'
import { printText } from '../expression/print-literal.ts'
import type { Json } from '../json.ts'
import { characterCount, takeCharacters, unitOffset } from './code-points.ts'
import { evaluateExpression } from './evaluate.ts'
import { createTextFinder } from './find-text.ts'
import { EVALUATION_LIMITS } from './limits.ts'
import { createPlainScope } from './scope.ts'

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
const letters = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '\ud800'), maxLength: 60 })

describe('random inputs', () => {
  test.each(['programs', 'texts'] as const)(
    '%s give values and typed errors, within the limits',
    { timeout: 300_000 },
    (kind) => {
      // `npm run fuzz:expressions` runs a million of each.
      const report = fuzzExpressions(20_260_131, 6_000, kind)
      expect(report.violations).toEqual([])
      expect(report.maxSteps).toBeLessThanOrEqual(EVALUATION_LIMITS.steps)
      expect(report.maxSize).toBeLessThanOrEqual(EVALUATION_LIMITS.size)
      expect(Object.keys(report.outcomes)).toEqual(
        expect.arrayContaining(['value', 'EXPRESSION_SYNTAX', 'EXPRESSION_LIMIT']),
      )
    },
  )
})

describe('laws', () => {
  const holds = (expression: string, roots: Record<string, Json>) =>
    evaluateExpression(expression, createPlainScope(roots))

  test('JSON text spells the value that it was written from', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = JSON.stringify(value).replaceAll('__proto__', 'key')
        const safe = JSON.parse(text) as Json
        expect(holds('toJson(v)', { v: safe })).toBe(JSON.stringify(safe))
        // A whole number beyond the safe ones is read as a text of its digits.
        fc.pre(!/\d{16}/.test(text))
        expect(holds('parseJson(toJson(v)) == v', { v: safe })).toBe(true)
      }),
    )
  })

  test('equality is that of the JSON values', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(holds('a == b', { a, b })).toBe(holds('b == a', { a, b }))
        expect(holds('a == c', { a, c: structuredClone(a) })).toBe(true)
        expect(holds('a == b', { a, b })).toBe(holds('length(unique([a, b])) == 1', { a, b }))
      }),
    )
  })

  test('a literal spells its value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, compact) => {
        fc.pre(!/\p{Cs}/u.test(text))
        expect(holds(printText(text, compact), {})).toBe(text)
      }),
    )
  })

  test('lists sort, group, split and join as they should', () => {
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 })
    fc.assert(
      fc.property(numbers, (list) => {
        expect(holds('sort(list)', { list })).toEqual([...list].sort((a, b) => a - b))
        expect(holds('reverse(reverse(list)) == list', { list })).toBe(true)
        expect(holds('flatten(chunk(list, 7)) == list', { list })).toBe(true)
        expect(holds('flatten(values(groupBy(list, "")))', { list })).toHaveLength(list.length)
        expect(holds('sum(filter(list, "", ">", 0)) + sum(filter(list, "", "<=", 0)) == sum(list)', { list })).toBe(
          true,
        )
      }),
    )
    fc.assert(
      fc.property(letters, fc.constantFrom('a', 'ab', 'aab', '😀'), (text, part) => {
        expect(holds('join(split(text, part), part)', { text, part })).toBe(text)
        expect(holds('replace(text, part, "")', { text, part })).toBe(text.replaceAll(part, ''))
        expect(holds('join(split(text, ""), "")', { text })).toBe(text)
      }),
    )
  })

  test('dates move there and back', () => {
    const instants = fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) })
    const units = fc.constantFrom('milliseconds', 'seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years')
    fc.assert(
      fc.property(instants, units, fc.integer({ min: 0, max: 400 }), (at, unit, amount) => {
        expect(holds('timeBetween(at, addTime(at, amount, unit), unit)', { at, unit, amount })).toBeLessThanOrEqual(
          amount,
        )
        expect(holds('timeBetween(startOf(at, unit), at, unit)', { at, unit })).toBe(0)
        expect(holds('timestamp(date(at))', { at })).toBe(at)
        expect(holds("formatDate(at, \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\") == date(at)", { at })).toBe(true)
      }),
    )
  })
})

describe('createTextFinder', () => {
  test('finds what indexOf finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 300 })
    const sought = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(text, sought, fc.nat(300), (hay, needle, from) => {
        expect(createTextFinder(needle)(hay, from)).toBe(hay.indexOf(needle, from))
        const planted = `${hay}${needle}${hay}`
        expect(createTextFinder(needle)(planted, 0)).toBe(planted.indexOf(needle))
      }),
      { numRuns: 500 },
    )
  })
})

describe('characters', () => {
  test('are counted and cut by code points', () => {
    fc.assert(
      fc.property(letters, fc.nat(70), (text, count) => {
        const characters = Array.from(text)
        expect(characterCount(text)).toBe(characters.length)
        expect(takeCharacters(text, count)).toBe(characters.slice(0, count).join(''))
        expect(unitOffset(text, count)).toBe(characters.slice(0, count).join('').length)
      }),
    )
  })
})
