import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import { reasonOf } from './reason-of.ts'

const refused = new Error('connect ECONNREFUSED 10.0.0.7')

test.each<[string, unknown, string]>([
  ['an error', refused, 'connect ECONNREFUSED 10.0.0.7'],
  ['the cause of an error', new TenonError('UNAVAILABLE', 'Try again later', { cause: refused }), refused.message],
  ['a text as the cause', new Error('Wrapped', { cause: 'down' }), 'down'],
  [
    'an error without a cause',
    new TenonError('UNAVAILABLE', 'Try again later', { cause: undefined }),
    'Try again later',
  ],
  ['a text', 'down', 'down'],
  ['a value without a message', { status: 500 }, 'unknown'],
])('returns the message of %s', (_case, thrown, reason) => {
  expect(reasonOf(thrown)).toBe(reason)
})
