import { describe, expect, test } from 'vitest'
import { isSecretMarker, secretParamsOf } from './secret-marker.ts'

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

describe('secretParamsOf', () => {
  test('names the params that say so', () => {
    const properties = { a: { type: 'object', secret: true }, b: { type: 'string' }, c: true }
    expect(secretParamsOf({ type: 'object', properties })).toEqual(['a'])
  })

  test.each([true, {}, { properties: [] }])('finds none in %j', (schema) => {
    expect(secretParamsOf(schema)).toEqual([])
  })
})
