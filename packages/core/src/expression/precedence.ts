import type { ChainOperator, ComparisonOperator, Expression } from './ast.ts'

/** Precedence of the kinds of expressions, for parser and printer. */
export const PRECEDENCE = Object.freeze({
  conditional: 0,
  coalesce: 1,
  or: 2,
  and: 3,
  comparison: 4,
  sum: 5,
  product: 6,
  prefix: 7,
  path: 8,
  primary: 9,
})

export const COMPARISON_OPERATORS: readonly ComparisonOperator[] = ['==', '!=', '<', '>', '<=', '>=', 'in']

/** Level of each operator; operators of one level form one chain. */
const CHAIN_LEVEL: Readonly<Record<ChainOperator, number>> = Object.freeze({
  '??': PRECEDENCE.coalesce,
  '||': PRECEDENCE.or,
  '&&': PRECEDENCE.and,
  '+': PRECEDENCE.sum,
  '-': PRECEDENCE.sum,
  '*': PRECEDENCE.product,
  '/': PRECEDENCE.product,
  '%': PRECEDENCE.product,
})

/** Returns the operator with this spelling at a level of precedence; `null` if there is none. */
export function chainOperatorAt(level: number, spelling: string): ChainOperator | null {
  if (!Object.hasOwn(CHAIN_LEVEL, spelling)) return null
  const operator = spelling as ChainOperator
  return CHAIN_LEVEL[operator] === level ? operator : null
}

export function precedenceOf(expression: Expression): number {
  switch (expression.kind) {
    case 'conditional':
      return PRECEDENCE.conditional
    case 'chain':
      return CHAIN_LEVEL[expression.operators[0] as ChainOperator]
    case 'comparison':
      return PRECEDENCE.comparison
    case 'prefix':
      return PRECEDENCE.prefix
    case 'path':
      return PRECEDENCE.path
    default:
      return PRECEDENCE.primary
  }
}
