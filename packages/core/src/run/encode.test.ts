import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRunValue } from '../../test/arbitraries.ts'
import { canonicalText } from '../document/canonical-json.ts'
import { TenonError } from '../errors/index.ts'
import { encodeValue, MAX_VALUE_DEPTH } from './encode.ts'

function refusalOf(value: unknown): TenonError {
  try {
    encodeValue(value)
  } catch (error) {
    if (error instanceof TenonError) return error
    throw error
  }
  throw new RangeError('The value was encoded')
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

describe('encodeValue', () => {
  test('gives the canonical text and what a reader gets from it', () => {
    const { json, text } = encodeValue({ b: [1, 'ü', null, true, false], a: { d: 1.5, c: 'x' } })
    expect(text).toBe('{"a":{"c":"x","d":1.5},"b":[1,"ü",null,true,false]}')
    expect(json).toEqual({ a: { c: 'x', d: 1.5 }, b: [1, 'ü', null, true, false] })
    expect(Object.keys(json as object)).toEqual(['a', 'b'])
  })

  test('loses nothing of any JSON value, and a reader gets just what is returned', () => {
    fc.assert(
      fc.property(arbitraryRunValue(), (value) => {
        const { json, text } = encodeValue(value)
        expect(JSON.stringify(json)).toBe(JSON.stringify(JSON.parse(text)))
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(encodeValue(json)).toEqual({ json, text })
      }),
      { numRuns: 500 },
    )
  })

  test('writes the same text as the canonical form of documents', () => {
    fc.assert(
      fc.property(arbitraryRunValue(), (value) => {
        expect(encodeValue(value).text).toBe(canonicalText(value))
      }),
    )
  })

  test('does not see the order of keys', () => {
    expect(encodeValue({ b: 1, a: 2, 10: 3, 9: 4 }).text).toBe(encodeValue({ 9: 4, a: 2, 10: 3, b: 1 }).text)
  })

  test('shares nothing with its source', () => {
    const source = { list: [{ n: 1 }] }
    const { json } = encodeValue(source)
    source.list.push({ n: 2 })
    expect(json).toEqual({ list: [{ n: 1 }] })
  })

  test('takes members that are undefined as absent, and -0 as 0', () => {
    const { json, text } = encodeValue({ a: undefined, b: -0 })
    expect(text).toBe('{"b":0}')
    expect(json).toStrictEqual({ b: 0 })
    expect(Object.is((json as { b: number }).b, 0)).toBe(true)
  })

  test('takes objects without a prototype and those of another realm', () => {
    const bare = Object.create(null) as Record<string, unknown>
    bare.a = 1
    expect(encodeValue(bare).text).toBe('{"a":1}')
    // An object whose prototype is not ours but has none itself, as one from a sandbox.
    const foreign = Object.create(Object.create(null) as object) as Record<string, unknown>
    foreign.a = 1
    expect(encodeValue(foreign).text).toBe('{"a":1}')
  })

  test('keeps every character that is one', () => {
    const text = '\u0000 \u2028 "\\ 😀 \uFFFF'
    expect(JSON.parse(encodeValue(text).text)).toBe(text)
  })

  test.each<[title: string, value: unknown, path: (string | number)[], why: RegExp]>([
    ['NaN', { a: [1, Number.NaN] }, ['a', 1], /The value at a\.1 is a number that is not finite/],
    ['an infinity', Number.POSITIVE_INFINITY, [], /The value is a number that is not finite/],
    ['half a surrogate pair', { a: 'x\uD800' }, ['a'], /has a lone surrogate/],
    ['a low surrogate alone', ['\uDC00x'], [0], /has a lone surrogate/],
    ['a key with half a surrogate pair', { a: { '\uD800': 1 } }, ['a'], /has a lone surrogate/],
    ['a key with NUL', { a: { 'b\0': 1 } }, ['a'], /a key with a NUL character/],
    ['the key __proto__', JSON.parse('{"a":{"__proto__":1}}'), ['a'], /"__proto__", which could reach/],
    ['undefined', undefined, [], /of type undefined/],
    ['undefined in a list', [1, undefined], [1], /of type undefined/],
    ['a hole in a list', new Array(1), [0], /of type undefined/],
    ['a function', { a: () => 1 }, ['a'], /of type function/],
    ['a symbol', [Symbol('s')], [0], /of type symbol/],
    ['a bigint', { n: 1n }, ['n'], /of type bigint/],
    ['a date', { at: new Date(0) }, ['at'], /instance of a class/],
    ['a map', new Map(), [], /instance of a class/],
    ['an instance', new (class Point {})(), [], /instance of a class/],
    ['bytes', [new Uint8Array(2)], [0], /instance of a class/],
  ])('refuses %s and says where', (_, value, path, why) => {
    const error = refusalOf(value)
    expect(error.code).toBe('VALUE_NOT_JSON')
    expect(error.details).toEqual({ path })
    expect(error.message).toMatch(why)
  })

  test('takes keys that only name parts of a prototype', () => {
    const value = { constructor: 1, prototype: [{ constructor: { prototype: null } }] }
    expect(encodeValue(value).json).toEqual(value)
    expect(encodeValue(value).text).toBe(JSON.stringify(value))
  })

  test('takes nesting up to the limit and refuses it beyond, cycles included', () => {
    expect(encodeValue(nested(MAX_VALUE_DEPTH)).text).toContain('1')
    expect(refusalOf(nested(MAX_VALUE_DEPTH + 1)).message).toContain('nested deeper than 64 levels')
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(refusalOf(cycle).details).toEqual({ path: Array.from({ length: 64 }, () => 'self') })
  })

  test('refuses what is larger than its limit, also where shared references make it so', () => {
    expect(encodeValue('abc', { maxLength: 5 }).text).toBe('"abc"')
    expect(() => encodeValue('abcd', { maxLength: 5 })).toThrow(
      expect.objectContaining({ code: 'VALUE_TOO_LARGE', details: { maxLength: 5 } }),
    )
    let bomb: unknown = ['x'.repeat(1_000)]
    for (let level = 0; level < 40; level += 1) bomb = [bomb, bomb]
    expect(() => encodeValue(bomb, { maxLength: 1_000_000 })).toThrow(
      expect.objectContaining({ code: 'VALUE_TOO_LARGE' }),
    )
  })

  test('never throws anything but a typed error', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        (value) => {
          try {
            expect(JSON.parse(encodeValue(value).text)).toBeDefined()
          } catch (error) {
            expect(error).toBeInstanceOf(TenonError)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
