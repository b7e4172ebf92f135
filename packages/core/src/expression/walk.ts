import type { Expression } from './ast.ts'

/** The expressions that stand directly in another, in order of place. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'root':
      return []
    case 'path':
      return [
        expression.base,
        ...expression.segments.flatMap((segment) => (segment.kind === 'computed' ? segment.expression : [])),
      ]
    case 'list':
      return expression.items
    case 'object':
      return expression.members.map(({ value }) => value)
    case 'call':
      return expression.arguments
    case 'prefix':
      return [expression.operand]
    case 'chain':
      return expression.operands
    case 'comparison':
      return [expression.left, expression.right]
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise]
  }
}
