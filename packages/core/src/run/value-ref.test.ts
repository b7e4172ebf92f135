import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arbitraryRunValue } from '../../test/arbitraries.ts'
import type { Json } from '../json.ts'
import { encodeValue } from './encode.ts'
import { MAX_INLINE_BYTES, MAX_KEYS_LENGTH, makeValueRef, refOfEncoded } from './value-ref.ts'

describe('makeValueRef', () => {
  test('names a value by the SHA-256 of its canonical text', () => {
    fc.assert(
      fc.property(arbitraryRunValue(), (value) => {
        const text = encodeValue(value).text
        const hash = createHash('sha256').update(text, 'utf8').digest('hex')
        expect(makeValueRef(value as Json)).toMatchObject({ hash, size: Buffer.byteLength(text) })
      }),
      { numRuns: 50 },
    )
  })

  test('refuses an object whose keys are too long for the log', () => {
    const key = 'k'.repeat(MAX_KEYS_LENGTH)
    expect(makeValueRef({ [key]: 1 }).keys).toEqual([key])
    expect(() => makeValueRef({ [key]: 1, l: 1 })).toThrow(expect.objectContaining({ code: 'VALUE_TOO_LARGE' }))
    expect(makeValueRef([{ [key]: 1, l: 1 }]).keys).toBeUndefined()
  })

  test('is known for the empty object', () => {
    expect(makeValueRef({})).toEqual({
      hash: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      size: 2,
      keys: [],
      inline: {},
    })
  })

  test('counts bytes, not characters', () => {
    expect(makeValueRef('ü😀').size).toBe(8)
  })

  test('lists the top-level keys of objects only', () => {
    expect(makeValueRef({ b: 1, a: { c: 2 } }).keys).toEqual(['a', 'b'])
    expect(makeValueRef([1])).not.toHaveProperty('keys')
    expect(makeValueRef(null)).not.toHaveProperty('keys')
    expect(makeValueRef('a')).not.toHaveProperty('keys')
  })

  test('holds the value itself up to 16 kB', () => {
    const fits = 'x'.repeat(MAX_INLINE_BYTES - 2)
    expect(makeValueRef(fits)).toMatchObject({ size: MAX_INLINE_BYTES, inline: fits })
    const tooLarge = makeValueRef(`${fits}x`)
    expect(tooLarge.size).toBe(MAX_INLINE_BYTES + 1)
    expect(tooLarge).not.toHaveProperty('inline')
  })

  test('holds null as a value', () => {
    expect(makeValueRef(null).inline).toBeNull()
  })

  test('refuses what is no JSON', () => {
    expect(() => makeValueRef(Number.NaN)).toThrow(expect.objectContaining({ code: 'VALUE_NOT_JSON' }))
  })
})

test('refOfEncoded names what has been encoded already', () => {
  expect(refOfEncoded(encodeValue({ a: [1] }))).toEqual(makeValueRef({ a: [1] }))
})

describe('refOfEncoded', () => {
  test('takes hash and size from the digest that its caller gives', () => {
    const hash = 'f'.repeat(64)
    expect(refOfEncoded(encodeValue('x'), () => ({ hash, size: MAX_INLINE_BYTES + 1 }))).toEqual({
      hash,
      size: MAX_INLINE_BYTES + 1,
    })
    expect(refOfEncoded(encodeValue('x'), () => ({ hash, size: 3 }))).toEqual({ hash, size: 3, inline: 'x' })
  })
})
