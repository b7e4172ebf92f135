import { expect, test } from 'vitest'
import { isoInstant, MAX_INSTANT_MS } from './instant.ts'

test.each([
  [0, '1970-01-01T00:00:00.000Z'],
  [1_893_456_000_000, '2030-01-01T00:00:00.000Z'],
  [MAX_INSTANT_MS, '9999-12-31T23:59:59.999Z'],
  [MAX_INSTANT_MS + 1, '9999-12-31T23:59:59.999Z'],
  [8_640_000_000_000_000_000, '9999-12-31T23:59:59.999Z'],
  [Number.POSITIVE_INFINITY, '9999-12-31T23:59:59.999Z'],
  [-1, '1970-01-01T00:00:00.000Z'],
  [Number.NaN, '1970-01-01T00:00:00.000Z'],
])('isoInstant(%d) is %s', (at, text) => {
  expect(isoInstant(at)).toBe(text)
})
