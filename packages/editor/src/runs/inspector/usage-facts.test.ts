import { expect, test } from 'vitest'
import { formatCost } from './usage-facts.ts'

test.each<[number, string]>([
  [0, '$0.00'],
  [0.000_001_2, '$0.0000012'],
  [0.004_567, '$0.0046'],
  [0.009_99, '$0.01'],
  [0.01, '$0.01'],
  [1.005, '$1.01'],
  [1_234.5, '$1,234.50'],
])('a cost of %d dollars is %s', (usd, expected) => {
  expect(formatCost(usd, 'en-US')).toBe(expected)
})

test('follows the locale', () => {
  expect(formatCost(1_234.5, 'de-DE').replace(/\s/u, ' ')).toBe('1.234,50 $')
})
