import { expect, test } from 'vitest'
import { checkRunLimits, type RunLimitsOf } from './check-run-limits.ts'

function checked(limitsOf: RunLimitsOf) {
  const lines: unknown[] = []
  const limits = checkRunLimits(limitsOf, (level, message, fields) => lines.push([level, message, fields]))
  return { limits, lines }
}

test('limits that are whole numbers from 0 or Infinity are kept', () => {
  const given = { inProgress: 0, queued: Number.POSITIVE_INFINITY }
  const { limits, lines } = checked(() => given)
  expect(limits('acme')).toEqual(given)
  expect(checkRunLimits(undefined, () => undefined)('acme')).toEqual({})
  expect(lines).toEqual([])
})

test.each([1.5, Number.NaN, -1, '5'])('the limit %s does not apply, and is logged once', (wrong) => {
  const { limits, lines } = checked(() => ({ inProgress: 3, queued: wrong as number }))
  expect([limits('acme'), limits('acme')]).toEqual([{ inProgress: 3 }, { inProgress: 3 }])
  const fields = { tenantId: 'acme', reason: `queued is ${wrong}` }
  expect(lines).toEqual([['error', 'run_limits.invalid: the default applies', fields]])
})

test('a function that throws limits nothing, and is logged once', () => {
  const { limits, lines } = checked(() => {
    throw new Error('no plan')
  })
  expect([limits('acme'), limits('acme')]).toEqual([{}, {}])
  expect(lines).toHaveLength(1)
})
