import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2030, 0, 1)

test.each([
  ['0', 0],
  ['120', 120_000],
  [' 5 ', 5_000],
  ['999999', 86_400_000],
  ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
  ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['year 20300', undefined],
  ['Tue, 99 Abc 2030 00:00:30 GMT', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('retryAfterMs(%j) is %s', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected)
})
