import type { Expression } from './ast.ts'

/** Returns the direct subexpressions of an expression, in the order of the text. */
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
