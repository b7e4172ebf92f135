import { expect, test } from 'vitest'
import { MASK, maskCredentials, restoreMasked } from './index.ts'

const recorded = {
  text: 'a',
  password: 'hunter22',
  headers: { authorization: 'Bearer 0123456789abcdef', accept: '*/*' },
  rows: [{ apiKey: 'k-1' }, { apiKey: 'k-2' }],
  token: { value: 1 },
}

test('a masked value that stays at its path is the recorded one again', () => {
  const masked = maskCredentials(recorded)
  expect(JSON.stringify(masked)).not.toMatch(/hunter22|0123456789abcdef|k-1/)
  expect(restoreMasked({ ...masked, text: 'b' }, recorded)).toEqual({ ...recorded, text: 'b' })
})

test('a mask at another path, of another shape or without a recorded value stays one', () => {
  const edited = { text: MASK, others: [MASK, 1, null], rows: { apiKey: MASK }, password: `${MASK}!` }
  expect(restoreMasked(edited, recorded)).toEqual(edited)
  expect(restoreMasked([MASK], recorded)).toEqual([MASK])
  expect(restoreMasked(JSON.parse(`{"__proto__":"${MASK}"}`), {})).toEqual(JSON.parse(`{"__proto__":"${MASK}"}`))
})
