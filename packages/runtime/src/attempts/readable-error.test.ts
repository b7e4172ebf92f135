import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { readableError } from './readable-error.ts'

function trap(): never {
  throw new Error('trap')
}

describe('readableError', () => {
  test.each([null, undefined, 'a text', 42, Symbol('s'), 10n, {}, new Error('x'), new TenonError('HTTP_FAILED', 'x')])(
    'leaves %s as it is',
    (thrown) => {
      expect(readableError(thrown)).toBe(thrown)
    },
  )

  test.each([
    ['a proxy that refuses to show its prototype', new Proxy({}, { getPrototypeOf: trap })],
    ['a proxy that refuses to show its members', new Proxy({}, { has: trap })],
    ['an error whose name throws', Object.defineProperty(new Error('x'), 'name', { get: trap })],
    ['an error whose name is no text', Object.assign(new Error('x'), { name: Symbol('n') })],
    [
      'a coded error whose message throws',
      Object.defineProperty(new TenonError('INTERNAL', 'x'), 'message', { get: trap }),
    ],
    ['a coded error whose message is no text', Object.assign(new TenonError('INTERNAL', 'x'), { message: 42 })],
  ])('replaces %s', (_, thrown) => {
    expect(readableError(thrown)).toMatchObject({
      code: 'NODE_FAILED',
      message: expect.stringContaining('cannot be read'),
    })
  })
})
