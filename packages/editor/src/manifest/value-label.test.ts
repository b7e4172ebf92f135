import { expect, test } from 'vitest'
import { valueLabel } from './value-label.ts'

test.each([
  ['!=', '≠'],
  ['response_body', 'Response body'],
  ['businessHours', 'Business hours'],
  ['GET', 'GET'],
  ['json', 'JSON'],
  ['iPhone15', 'iPhone15'],
  [3, '3'],
] as const)('valueLabel(%j) is %j', (value, label) => {
  expect(valueLabel(value)).toBe(label)
})

test('valueLabel uses the titles of the schema', () => {
  const schema = { enum: ['jwt', 'basic', 3], titles: { jwt: 'JWT', 3: 'Three' } }
  expect(schema.enum.map((value) => valueLabel(value, schema))).toEqual(['JWT', 'Basic', 'Three'])
  expect(valueLabel('toString', schema)).toBe('To string')
})
