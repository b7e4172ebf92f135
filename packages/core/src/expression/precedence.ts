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

const COMPARISON_OPERATORS: readonly ComparisonOperator[] = ['==', '!=', '<', '>', '<=', '>=', 'in']

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

const INFIX_LEVELS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(CHAIN_LEVEL),
  ...COMPARISON_OPERATORS.map((operator) => [operator, PRECEDENCE.comparison] as const),
])

/** Returns the level of precedence of an operator between two operands; `null` for another spelling. */
export function infixLevel(spelling: string): number | null {
  return INFIX_LEVELS.get(spelling) ?? null
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
