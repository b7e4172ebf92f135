import { describe, expect, test } from 'vitest'
import { isMissingSecret, isSecretMarker, MISSING_SECRET, secretParamsOf, withoutSecrets } from './secret-marker.ts'

const marker = { $secret: 'sec_abcdefghijklmnopqrstuv', setAt: '2026-11-03T10:00:00.000Z', setBy: 'Ada' }

describe('isSecretMarker', () => {
  test('accepts a marker', () => {
    expect(isSecretMarker(marker)).toBe(true)
  })

  test.each<[string, unknown]>([
    ['a text', 'sec_abcdefghijklmnopqrstuv'],
    ['null', null],
    ['a list', [marker]],
    ['another id', { ...marker, $secret: 'sec_short' }],
    ['a number as id', { ...marker, $secret: 1 }],
    ['no instant', { ...marker, setAt: 1 }],
    ['a long instant', { ...marker, setAt: 'x'.repeat(31) }],
    ['no person', { ...marker, setBy: null }],
    ['a long name', { ...marker, setBy: 'x'.repeat(201) }],
    ['more than a marker', { ...marker, value: 'plain' }],
  ])('refuses %s', (_title, value) => {
    expect(isSecretMarker(value)).toBe(false)
  })
})

describe('withoutSecrets', () => {
  test('leaves a marker of a missing secret for each one that is set', () => {
    const params = { url: 'x', key: marker, other: marker, plain: 's3cr3t', empty: '', none: null }
    const copied = withoutSecrets(params, ['key', 'plain', 'empty', 'none'])
    expect(copied).toEqual({
      url: 'x',
      key: MISSING_SECRET,
      other: MISSING_SECRET,
      plain: MISSING_SECRET,
      empty: '',
      none: null,
    })
    expect([copied.key, params.key, copied.url].map(isMissingSecret)).toEqual([true, false, false])
    expect(isSecretMarker(copied.key)).toBe(true)
  })

  test('returns the same params if there is no secret', () => {
    const params = { url: 'x', none: null }
    expect(withoutSecrets(params, ['none'])).toBe(params)
    expect(withoutSecrets(params)).toBe(params)
  })
})

describe('secretParamsOf', () => {
  test('names the params that say so', () => {
    const properties = { a: { type: 'object', secret: true }, b: { type: 'string' }, c: true }
    expect(secretParamsOf({ type: 'object', properties })).toEqual(['a'])
  })

  test.each([true, {}, { properties: [] }])('finds none in %j', (schema) => {
    expect(secretParamsOf(schema)).toEqual([])
  })
})
