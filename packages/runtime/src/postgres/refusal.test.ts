import { TenonError } from '@tenon/core/errors'
import { expect, test } from 'vitest'
import { isAppendRefused, permanentRefusal } from './refusal.ts'

const withCode = (code: unknown) => Object.assign(new RangeError('refused'), { code })

test.each(['22P05', '22021', '22003', '22P02', '23505', '23514', '54000'])('SQLSTATE %s refuses for good', (code) => {
  expect(permanentRefusal(withCode(code))).toBe(code)
})

test.each(['40001', '40P01', '08006', '57P01', '53300', '42P01', '55P03', 'XX000', 'ECONNRESET', '22', 22, undefined])(
  'the code %s may pass another time',
  (code) => {
    expect(permanentRefusal(withCode(code))).toBeNull()
  },
)

test('only errors refuse', () => {
  expect(permanentRefusal({ code: '22P05' })).toBeNull()
  expect(isAppendRefused(new TenonError('APPEND_REFUSED', 'x'))).toBe(true)
  expect(isAppendRefused(new TenonError('UNAVAILABLE', 'x'))).toBe(false)
  expect(isAppendRefused(withCode('22P05'))).toBe(false)
})
