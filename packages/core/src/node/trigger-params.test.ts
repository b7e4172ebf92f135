import { expect, test } from 'vitest'
import { webhookParams } from './trigger-params.ts'

test.each([
  ['5m', true],
  ['1d', true],
  ['24h', true],
  ['25h', false],
  ['2d', false],
  ['soon', false],
])('a webhook with the tolerance %j is accepted: %j', (tolerance, isAccepted) => {
  expect(webhookParams.safeParse({ tolerance }).success).toBe(isAccepted)
})
