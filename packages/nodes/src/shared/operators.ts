import { z } from 'zod'

/** Comparison operators as documents store them. */
export const OPERATORS = ['==', '!=', '>', '<', '>=', '<=', 'contains', 'exists'] as const
/** One of the comparison operators that documents store. */
export type Operator = (typeof OPERATORS)[number]

export const operatorParam = z.enum(OPERATORS).default('==')

/** Operators that take a second value. */
export const BINARY_OPERATORS = OPERATORS.filter((operator) => operator !== 'exists')
