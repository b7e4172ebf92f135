import { expect, test } from 'vitest'
import { limitedForMs, retryAfterMs } from './retry-after.ts'

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

test.each([
  [429, { 'retry-after': '7' }, 7_000],
  [403, { 'retry-after': '7' }, 7_000],
  [503, { 'retry-after': '7' }, 7_000],
  [500, { 'retry-after': '7' }, undefined],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1_000 + 30) }, 30_000],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, 0],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, undefined],
  [403, { 'x-ratelimit-remaining': '0' }, undefined],
  [403, { 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '99999999999' }, undefined],
  [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }, 86_400_000],
  [403, {}, undefined],
])('limitedForMs(%j, %j) is %s', (status, headers: Readonly<Record<string, string>>, expected) => {
  expect(limitedForMs(status, (name) => headers[name], NOW)).toBe(expected)
})
