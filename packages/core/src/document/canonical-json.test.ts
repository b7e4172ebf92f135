import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, canonicalText, jsonEqual, MAX_JSON_DEPTH, sha256Hex } from './index.ts'
import { createSha256Hex } from './sha256.ts'

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

describe('canonicalText', () => {
  test('sorts keys by UTF-16 code unit and writes no space', () => {
    expect(canonicalText({ b: [1, { d: null, c: true }], a: 'x', '\u{1f600}': 1, '\ufb33': 2 })).toBe(
      '{"a":"x","b":[1,{"c":true,"d":null}],"\u{1f600}":1,"\ufb33":2}',
    )
  })

  test('writes numbers as the number example of RFC 8785 does', () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0]
    expect(canonicalText(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]')
  })

  test('escapes texts as RFC 8785 does', () => {
    expect(canonicalText('\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"')
  })

  test('leaves members out that are undefined', () => {
    expect(canonicalText({ a: undefined, b: false })).toBe('{"b":false}')
    expect(canonicalText([{ b: { d: 1, c: undefined }, c: undefined, a: undefined }])).toBe('[{"b":{"d":1}}]')
  })

  test('sorts keys that objects keep in an order of their own', () => {
    expect(canonicalText({ a: { 2: [true, false, null], 10: 'a', x: 1, y: undefined } })).toBe(
      '{"a":{"10":"a","2":[true,false,null],"x":1}}',
    )
    expect(canonicalText({ 1: 'b', ' ': 'a' })).toBe('{" ":"a","1":"b"}')
    expect(canonicalText({ 1: { b: 1, a: 2 }, 2: 0 })).toBe('{"1":{"a":2,"b":1},"2":0}')
  })

  test('writes every own key, and none of a prototype', () => {
    const member = { b: 1, a: 2 }
    const object = Object.defineProperty({}, '__proto__', { value: member, enumerable: true })
    expect(canonicalText(object)).toBe('{"__proto__":{"a":2,"b":1}}')
    expect(canonicalText({ toJSON: 'x', a: 1 })).toBe('{"a":1,"toJSON":"x"}')
    expect(canonicalText(Object.create({ inherited: 1 }, { own: { value: 1, enumerable: true } }))).toBe('{"own":1}')
  })

  test('copies lists and objects only from the first part on that has to change', () => {
    const kept = { a: 1 }
    expect(canonicalText([kept, 'x', { b: 1, a: 2 }, kept])).toBe('[{"a":1},"x",{"a":2,"b":1},{"a":1}]')
    expect(canonicalText({ a: kept, b: { b: 1, a: 2 }, c: kept })).toBe('{"a":{"a":1},"b":{"a":2,"b":1},"c":{"a":1}}')
  })

  test.each([
    ['NaN', Number.NaN],
    ['infinity', [Number.POSITIVE_INFINITY]],
    ['a lone surrogate', { a: '\ud800' }],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['undefined', undefined],
    ['a bigint', 1n],
    ['a function', () => 1],
    ['too deep nesting', nested(MAX_JSON_DEPTH + 1)],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalText(value)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_JSON' }))
  })

  test('takes nesting up to its limit', () => {
    expect(canonicalText(nested(MAX_JSON_DEPTH))).toHaveLength(2 * MAX_JSON_DEPTH + 1)
  })

  test('is read back by JSON.parse, and equal values have equal texts', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalText(value)
        expect(jsonEqual(JSON.parse(text), value)).toBe(true)
        expect(canonicalText(JSON.parse(JSON.stringify(value)))).toBe(text)
      }),
    )
  })
})

describe('canonicalJson', () => {
  test('gives a copy whose plain text is the canonical text', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.jsonValue()), (value) => {
        const copy = canonicalJson(value as Record<string, never>)
        expect(jsonEqual(copy, value)).toBe(true)
        expect(canonicalText(copy)).toBe(canonicalText(value))
      }),
    )
  })

  test('orders keys, turns -0 into 0 and leaves undefined members out', () => {
    const messy = JSON.parse('{"b":-0,"a":{"d":1,"c":[-0]}}')
    messy.e = undefined
    expect(JSON.stringify(canonicalJson(messy))).toBe('{"a":{"c":[0],"d":1},"b":0}')
  })
})

describe('jsonEqual', () => {
  test.each([
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: undefined }, true],
    [[1, [2]], [1, [2]], true],
    [[1], [1, 2], false],
    [[], {}, false],
    [{}, [], false],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: null }, {}, false],
    [null, {}, false],
    [{}, null, false],
    ['1', 1, false],
  ])('of %j and %j is %j', (a, b, equal) => {
    expect(jsonEqual(a, b)).toBe(equal)
  })
})

describe('sha256Hex', () => {
  const portable = createSha256Hex({})
  const older = createSha256Hex({ process: {} })

  test('agrees with the hash of the platform, with and without it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const expected = createHash('sha256').update(text, 'utf8').digest('hex')
        expect([sha256Hex(text), portable(text), older(text)]).toEqual([expected, expected, expected])
      }),
    )
  })
})
