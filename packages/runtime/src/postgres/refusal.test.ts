import { TenonError } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { isAppendRefused, permanentRefusal, retryConflicts } from './refusal.ts'

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

describe('retryConflicts', () => {
  const failing = (...codes: readonly string[]) => {
    const left = [...codes]
    const pauses: number[] = []
    let tries = 0
    const transaction = async (): Promise<string> => {
      tries += 1
      const code = left.shift()
      if (code !== undefined) throw withCode(code)
      return 'stored'
    }
    const run = (random: number) =>
      retryConflicts(transaction, { pause: async (ms) => pauses.push(ms), random: () => random })
    return { run, pauses, tries: () => tries }
  }

  test.each([
    [0, [10, 20]],
    [0.5, [7.5, 15]],
  ])('pauses longer before each try, with the random number %d', async (random, expected) => {
    const { run, pauses } = failing('40P01', '40001')
    expect(await run(random)).toBe('stored')
    expect(pauses).toEqual(expected)
  })

  test('gives up after five tries, and at once for another error', async () => {
    const conflicts = failing(...Array.from({ length: 9 }, () => '40001'))
    await expect(conflicts.run(0)).rejects.toMatchObject({ code: '40001' })
    expect([conflicts.tries(), conflicts.pauses]).toEqual([5, [10, 20, 40, 80]])
    const other = failing('23505')
    await expect(other.run(0)).rejects.toMatchObject({ code: '23505' })
    expect([other.tries(), other.pauses]).toEqual([1, []])
  })
})
