import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type JsonReading, parseJson } from './parse-json.ts'

const keep = (text: string): JsonReading => parseJson(text, { onLoss: 'keep' })
const refuse = (text: string): JsonReading => parseJson(text, { onLoss: 'refuse' })
const read = (reading: JsonReading) => (reading.ok ? reading.value : reading)
const codesOf = (reading: JsonReading) => (reading.ok ? [] : reading.issues.map(({ code }) => code))

describe('numbers', () => {
  test.each([
    '7615917337495251231',
    '-7615917337495251231',
    '9007199254740992',
    '-9007199254740992',
    '100000000000000000000',
    '9007199254740993.0',
    '90071992547409930e-1',
    '1.2345678901234567890e19',
    '1e400',
    '-1e400',
    '1E+309',
    `1${'0'.repeat(5000)}`,
    `1${'0'.repeat(200_000)}1`,
  ])('keeps the digits of %.30s', (source) => {
    expect(keep(`{"a":[1,${source}]}`)).toEqual({
      ok: true,
      value: { a: [1, source] },
      kept: [{ path: ['a', 1], what: 'number' }],
    })
    expect(codesOf(refuse(`{"a":[1,${source}]}`))).toEqual(['number_inexact'])
  })

  test.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0', 0],
    ['-0', -0],
    ['1e20', 1e20],
    ['1E+300', 1e300],
    ['1.50e300', 1.5e300],
    ['123456789.123456789012345', 123456789.12345679],
    ['0.1000000000000000055511151231257827', 0.1],
    ['1e-400', 0],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', 1.7976931348623157e308],
  ])('reads %s as a number', (source, value) => {
    expect(keep(source)).toEqual({ ok: true, value, kept: [] })
    expect(refuse(source)).toEqual({ ok: true, value, kept: [] })
  })

  test('names the path of every refused number, and what to do', () => {
    const reading = refuse('{"order":{"ids":[9007199254740993,1,1e999]}}')
    expect(reading).toEqual({
      ok: false,
      fault: 'content',
      issues: [
        {
          path: ['order', 'ids', 0],
          code: 'number_inexact',
          message: 'The number 9007199254740993 would be rounded. Send it as text, in quotes.',
        },
        {
          path: ['order', 'ids', 2],
          code: 'number_inexact',
          message: 'The number 1e999 would be rounded. Send it as text, in quotes.',
        },
      ],
    })
  })

  test('shows the beginning of a long number, and at most 100 issues', () => {
    const reading = refuse(`[${Array.from({ length: 150 }, () => '9'.repeat(400)).join(',')}]`)
    expect(reading.ok ? [] : reading.issues).toHaveLength(100)
    expect(reading.ok ? '' : reading.issues[0]?.message).toBe(
      `The number ${'9'.repeat(39)}… would be rounded. Send it as text, in quotes.`,
    )
  })

  test('a text of digits is a text', () => {
    expect(read(keep('{"a":"7615917337495251231","b":"1e400"}'))).toEqual({ a: '7615917337495251231', b: '1e400' })
  })
})

describe('objects', () => {
  test('of two members with one key the last counts, with long numbers or without', () => {
    expect(read(keep('{"a":1,"b":2,"a":3}'))).toEqual({ a: 3, b: 2 })
    expect(read(keep('{"a":9007199254740993,"b":2,"a":9007199254740995}'))).toEqual({ a: '9007199254740995', b: 2 })
  })

  test('an object that looks like a mark of the parser is an object', () => {
    const text = '{"a":{"isLosslessNumber":true,"value":"1"},"b":9007199254740993}'
    expect(read(keep(text))).toEqual({ a: { isLosslessNumber: true, value: '1' }, b: '9007199254740993' })
  })

  test.each([
    '{"a":{"__proto__":{"admin":true}}}',
    '{"a":{"\\u005f_proto__":1}}',
    '{"a":{"__proto__":9007199254740993}}',
  ])('refuses the key __proto__: %s', (text) => {
    const reading = keep(text)
    expect(reading).toMatchObject({ ok: false, fault: 'content', issues: [{ path: ['a', '__proto__'] }] })
    expect(codesOf(reading)).toEqual(['forbidden_key'])
  })

  test('keys that name other parts of a prototype are data', () => {
    const value = { constructor: 'x', prototype: { constructor: 1 }, toString: 2 }
    expect(read(keep('{"constructor":"x","prototype":{"constructor":1},"toString":2}'))).toEqual(value)
    expect(read(keep('{"__proto":1,"a":"__proto__"}'))).toEqual({ __proto: 1, a: '__proto__' })
  })
})

describe('texts', () => {
  test.each([
    ['"\\ud800"', '\uFFFD'],
    ['"a\\uDC00b"', 'a\uFFFDb'],
    ['"\ud800"', '\uFFFD'],
    ['"\\ude00\\ud83d"', '\uFFFD\uFFFD'],
  ])('half a surrogate pair in %j', (text, value) => {
    expect(keep(text)).toEqual({ ok: true, value, kept: [{ path: [], what: 'text' }] })
    expect(codesOf(refuse(text))).toEqual(['text_malformed'])
  })

  test('in a key', () => {
    const text = '{"\\ud800":1}'
    expect(keep(text)).toEqual({ ok: true, value: { '\uFFFD': 1 }, kept: [{ path: ['\ud800'], what: 'text' }] })
    expect(codesOf(refuse(text))).toEqual(['text_malformed'])
  })

  test('whole pairs and NUL stay as they are', () => {
    expect(keep('"\\ud83d\\ude00 😀 a\\u0000b"')).toEqual({ ok: true, value: '😀 😀 a\0b', kept: [] })
    expect(refuse('{"a\\u0000b":1}')).toEqual({ ok: true, value: { 'a\0b': 1 }, kept: [] })
  })
})

describe('faults of the whole text', () => {
  test.each([
    '',
    ' ',
    '{',
    '{"a":}',
    '[1,]',
    '01',
    '.5',
    '1.',
    'nul',
    '"a',
    '"\\x"',
    '"\n"',
    '{a:1}',
    "{'a':1}",
    '1 2',
    'NaN',
  ])('%j is no JSON', (text) => {
    const expected = {
      ok: false,
      fault: 'syntax',
      issues: [{ path: [], code: 'json_syntax', message: 'The text is not valid JSON' }],
    }
    expect(keep(text)).toEqual(expected)
    // The same by the parser that keeps digits.
    expect(keep(`[9007199254740993,${text}]`)).toEqual(expected)
  })

  test('levels of nesting', () => {
    const nested = (levels: number, inner = '1') => '['.repeat(levels) + inner + ']'.repeat(levels)
    expect(keep(nested(128)).ok).toBe(true)
    expect(keep(nested(128, '9007199254740993')).ok).toBe(true)
    expect(keep(nested(129))).toMatchObject({ fault: 'depth', issues: [{ code: 'json_depth' }] })
    expect(keep(nested(200_000))).toMatchObject({ fault: 'depth' })
    expect(parseJson(nested(3), { onLoss: 'keep', maxDepth: 2 })).toMatchObject({
      issues: [{ message: 'The JSON nests deeper than 2 levels' }],
    })
    expect(parseJson('[[1],[2],{"a":[1]}]', { onLoss: 'keep', maxDepth: 3 }).ok).toBe(true)
  })

  test('brackets within texts are no levels', () => {
    const brackets = '['.repeat(300)
    expect(keep(JSON.stringify([brackets, `\\"${brackets}`, '\\', brackets])).ok).toBe(true)
    expect(keep(`"${brackets}`)).toMatchObject({ fault: 'syntax' })
  })
})

describe('for every JSON text', () => {
  test('without long numbers it is what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'medium' }), (text) => {
        fc.pre(!text.includes('__proto__'))
        const value = JSON.parse(text)
        const reading = keep(text)
        fc.pre(reading.ok && reading.kept.length === 0)
        expect(read(reading)).toEqual(value)
      }),
    )
  })

  test('no integer is rounded, wherever it is', () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
    fc.assert(
      fc.property(fc.array(integer, { minLength: 1 }), (numbers) => {
        const reading = keep(JSON.stringify({ list: numbers.map(String) }).replaceAll(/"(-?\d+)"/g, '$1'))
        const { list } = read(reading) as unknown as { list: readonly (string | number)[] }
        expect(list.map((each) => BigInt(each))).toEqual(numbers)
      }),
    )
  })

  test('it never throws', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      '1',
      '9007199254740993',
      'e999',
      '.',
      'null',
      '\\u',
      'd800',
      ' ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        const isJson = (() => {
          try {
            JSON.parse(text)
            return true
          } catch {
            return false
          }
        })()
        expect(keep(text).ok).toBe(isJson)
      }),
      { numRuns: 2_000 },
    )
  })
})
