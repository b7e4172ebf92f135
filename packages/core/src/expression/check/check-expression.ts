import type { Expression, ObjectExpression, PathExpression } from '../ast.ts'
import { typeOfValue } from '../types/schema-to-type.ts'
import { listOf, type StaticProperty, type StaticType, unionOf } from '../types/static-type.ts'
import { checkCall } from './check-call.ts'
import { checkKinds } from './check-kinds.ts'
import { checkChain, checkComparison, checkPrefix } from './check-operator.ts'
import { checkPath, checkRoot, type PathMode } from './check-path.ts'
import type { Checking } from './problem.ts'

function objectType(checking: Checking, { members }: ObjectExpression): StaticType {
  const properties = members.map(({ key, value }): [string, StaticProperty] => {
    const type = checkExpression(checking, value, 'strict')
    return [key, { type: () => type, isRequired: true }]
  })
  return [{ kind: 'object', properties: new Map(properties), rest: 'none' }]
}

function pathType(checking: Checking, path: PathExpression, mode: PathMode): StaticType {
  const baseMode = mode === 'lenient' || path.segments[0]?.optional ? 'lenient' : 'strict'
  const isRoot = path.base.kind === 'root'
  const base = checkExpression(checking, path.base, isRoot ? baseMode : 'strict')
  const keys = path.segments.map((segment) => {
    if (segment.kind === 'key') return segment.key
    if (segment.kind === 'index') return segment.index
    const type = checkExpression(checking, segment.expression, 'strict')
    checkKinds(checking, type, ['text', 'number'], 'key', segment.expression)
    return null
  })
  return checkPath(checking, path, base, keys, mode)
}

/** Returns the type of a part, which must not be missing. */
function strictType(checking: Checking, part: Expression): StaticType {
  return checkExpression(checking, part, 'strict')
}

/** Returns the type of an expression and reports its problems. */
export function checkExpression(checking: Checking, expression: Expression, mode: PathMode): StaticType {
  switch (expression.kind) {
    case 'literal':
      return typeOfValue(expression.value)
    case 'root':
      return checkRoot(checking, expression, mode)
    case 'path':
      return pathType(checking, expression, mode)
    case 'list':
      return listOf(unionOf(expression.items.map((item) => strictType(checking, item))))
    case 'object':
      return objectType(checking, expression)
    case 'call':
      return checkCall(
        checking,
        expression,
        expression.arguments.map((argument) => strictType(checking, argument)),
      )
    case 'prefix':
      return checkPrefix(checking, expression, strictType(checking, expression.operand))
    case 'chain': {
      const { operators, operands } = expression
      const modeAt = (at: number): PathMode =>
        operators[0] === '??' && at < operands.length - 1 ? 'lenient' : 'strict'
      const types = operands.map((operand, at) => checkExpression(checking, operand, modeAt(at)))
      return checkChain(checking, expression, types)
    }
    case 'comparison':
      return checkComparison(
        checking,
        expression,
        strictType(checking, expression.left),
        strictType(checking, expression.right),
      )
    case 'conditional': {
      const { test } = expression
      checkKinds(checking, strictType(checking, test), ['boolean'], '?', test)
      return unionOf([strictType(checking, expression.then), strictType(checking, expression.otherwise)])
    }
  }
}
