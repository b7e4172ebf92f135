import { describe, expect, test } from 'vitest'
import { EXPRESSION_FUNCTIONS } from '../../expression/functions/index.ts'
import { valueIn } from '../testing/orders.ts'
import { FUNCTION_BODIES } from './index.ts'

describe('FUNCTION_BODIES', () => {
  test('has a body for every signature and a signature for every body', () => {
    expect(Object.keys(FUNCTION_BODIES).sort()).toEqual(EXPRESSION_FUNCTIONS.map(({ name }) => name).sort())
  })

  test.each(
    EXPRESSION_FUNCTIONS.filter(({ impure, name }) => !impure || name === 'now').map(({ example }) => [example]),
  )('gives what the example says: $expression', ({ expression, value: expected }) => {
    expect(valueIn(expression)).toEqual(expected)
  })
})
