import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import { retryDelayMs } from './retry-delay.ts'

test.each([
  [1, 1_000],
  [2, 2_000],
  [9, 256_000],
  [10, 300_000],
  [5_000, 300_000],
])('a run log with a gap is read again, after error %d in %d ms', (failures, delayMs) => {
  expect(retryDelayMs(new TenonError('RUN_LOG_GAP', 'Gap'), failures)).toBe(delayMs)
})

test.each([
  ['an outage', new TenonError('UNAVAILABLE', 'Away')],
  ['an error of the database', Object.assign(new RangeError('deadlock'), { code: '40P01' })],
  ['no error', null],
])('%s is retried each second', (_, error) => {
  expect(retryDelayMs(error, 20)).toBe(1_000)
})
