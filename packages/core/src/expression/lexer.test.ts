import { describe, expect, test } from 'vitest'
import { nextMember, nextToken } from './lexer.ts'
import { PUNCTUATORS } from './token.ts'

describe('nextToken', () => {
  test('reads every punctuator as itself', () => {
    for (const text of PUNCTUATORS) expect(nextToken(text, 0)).toMatchObject({ kind: 'punctuator', text })
  })

  test('skips white space, no-break spaces too', () => {
    expect(nextToken(' \t\r\n\u00a0x', 0)).toEqual({ kind: 'name', name: 'x', start: 5, end: 6 })
    expect(nextToken('  ', 0)).toEqual({ kind: 'end', start: 2, end: 2 })
  })

  test('gives what it cannot read as a token of at least one character', () => {
    for (const text of ['#', '\u0000', '\ud800', '\udc00x', '😀', '=', '"', '1x', '\\']) {
      const token = nextToken(text, 0)
      expect(token.kind).toBe('invalid')
      expect(token.end).toBeGreaterThan(token.start)
    }
  })

  test('ends a name at the first character that it cannot contain', () => {
    expect(nextToken('aé1$_-b', 0)).toMatchObject({ name: 'aé1$_' })
    expect(nextToken('a😀', 0)).toMatchObject({ name: 'a' })
    expect(nextToken('a\u200d', 0)).toMatchObject({ name: 'a' })
  })

  test('leaves an exponent without digits, and a point without them, to what follows', () => {
    expect(nextToken('1.a', 0)).toMatchObject({ value: 1, end: 1 })
    expect(nextToken('1..2', 0)).toMatchObject({ value: 1, end: 1 })
    expect(nextToken('1e', 0).kind).toBe('invalid')
    expect(nextToken('1e+', 0).kind).toBe('invalid')
  })
})

describe('nextMember', () => {
  test('reads digits alone', () => {
    expect(nextMember(' 12.3', 0)).toMatchObject({ kind: 'number', value: 12, end: 3 })
    expect(nextMember('a', 0)).toMatchObject({ kind: 'name' })
    expect(nextMember('99999999999999999999', 0).kind).toBe('invalid')
    expect(nextMember('9007199254740993', 0).kind).toBe('invalid')
  })
})
