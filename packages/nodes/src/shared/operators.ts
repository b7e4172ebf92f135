import { z } from 'zod'

/** Comparison operators as documents store them. */
export const OPERATORS = ['==', '!=', '>', '<', '>=', '<=', 'contains', 'exists'] as const
/** One of the comparison operators that documents store. */
export type Operator = (typeof OPERATORS)[number]

export const operatorParam = z
  .enum(OPERATORS)
  .default('==')
  .meta({ title: 'Comparison', control: 'select', literal: true })

/** Operators that take a second value. */
export const BINARY_OPERATORS = OPERATORS.filter((operator) => operator !== 'exists')

/** Second value of a comparison, beside a param `operator`. */
export const comparedParam = z
  .unknown()
  .optional()
  .meta({ title: 'Compared with', control: 'expression', dependsOn: { param: 'operator', in: BINARY_OPERATORS } })
