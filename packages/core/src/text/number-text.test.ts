import { expect, test } from 'vitest'
import { isNumberText } from './number-text.ts'

test.each(['0', '-0', '5', '-5.25', '1e3', '1E+20', '0.1', '7615917337495251231', '9'.repeat(400)])(
  '%.20s is a number',
  (text) => {
    expect(isNumberText(text)).toBe(true)
  },
)

test.each([
  '',
  ' 5',
  '5 ',
  '05',
  '+5',
  '.5',
  '5.',
  '1,5',
  '0x5',
  'NaN',
  'Infinity',
  '1e',
  '1e1000',
  '5 apples',
  '٥',
  '9'.repeat(401),
])('%.20j is only a text', (text) => {
  expect(isNumberText(text)).toBe(false)
})
