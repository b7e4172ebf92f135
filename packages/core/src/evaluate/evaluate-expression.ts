import type { ChainExpression, ChainOperator, Expression, PrefixExpression } from '../expression/ast.ts'
import type { Json } from '../json.ts'
import { callFunction } from './call.ts'
import { evaluatePath } from './evaluate-path.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { spendItems, spendSteps } from './meter.ts'
import { add, calculate, compare } from './operators.ts'
import { aKind, kindOf } from './values.ts'

function condition(evaluation: Evaluation, expression: Expression, user: string): boolean {
  const value = evaluate(evaluation, expression)
  if (typeof value === 'boolean') return value
  const message = `${user} takes true or false, not ${aKind(kindOf(value, expression))}`
  throw fault('EXPRESSION_TYPE', message, expression)
}

function prefix(evaluation: Evaluation, { operator, operand }: PrefixExpression): Json {
  if (operator === '!') return !condition(evaluation, operand, '!')
  const value = evaluate(evaluation, operand)
  if (typeof value === 'number') return 0 - value
  throw fault('EXPRESSION_TYPE', `- takes a number, not ${aKind(kindOf(value, operand))}`, operand)
}

/** Evaluates an operand of `??` other than the last; a missing path gives null. */
function lenient(evaluation: Evaluation, expression: Expression): Json {
  if (expression.kind === 'root') return root(evaluation, expression, true)
  if (expression.kind !== 'path') return evaluate(evaluation, expression)
  spendSteps(evaluation.meter, 1)
  return evaluatePath(evaluation, expression, evaluate, true)
}

function root(evaluation: Evaluation, expression: Expression, isLenient: boolean): Json {
  const { start, end } = expression
  spendSteps(evaluation.meter, 1)
  return evaluatePath(evaluation, { kind: 'path', base: expression, segments: [], start, end }, evaluate, isLenient)
}

function coalesce(evaluation: Evaluation, operands: readonly Expression[]): Json {
  for (const operand of operands.slice(0, -1)) {
    const value = lenient(evaluation, operand)
    if (value !== null) return value
  }
  return evaluate(evaluation, operands.at(-1) as Expression)
}

function chain(evaluation: Evaluation, expression: ChainExpression): Json {
  const { operators, operands } = expression
  const [operator] = operators as readonly [ChainOperator]
  if (operator === '??') return coalesce(evaluation, operands)
  if (operator === '||') return operands.some((operand) => condition(evaluation, operand, '||'))
  if (operator === '&&') return operands.every((operand) => condition(evaluation, operand, '&&'))
  let value = evaluate(evaluation, operands[0] as Expression)
  let isOwn = false
  for (const [at, next] of operators.entries()) {
    const right = evaluate(evaluation, operands[at + 1] as Expression)
    spendSteps(evaluation.meter, 1)
    if (next === '+') {
      value = add(evaluation, value, right, expression, isOwn)
      isOwn = typeof value === 'string'
    } else {
      value = calculate(next as '-', value, right, expression)
    }
  }
  return value
}

/** Evaluates an expression. The parser limits the depth of the recursion. */
export function evaluate(evaluation: Evaluation, expression: Expression): Json {
  if (expression.kind === 'root') return root(evaluation, expression, false)
  const { meter } = evaluation
  spendSteps(meter, 1)
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'path':
      return evaluatePath(evaluation, expression, evaluate, false)
    case 'list':
      spendItems(meter, expression.items.length)
      return expression.items.map((item) => evaluate(evaluation, item))
    case 'object': {
      spendItems(meter, expression.members.length)
      const object: Record<string, Json> = {}
      for (const { key, value } of expression.members) object[key] = evaluate(evaluation, value)
      return object
    }
    case 'call':
      return callFunction(
        evaluation,
        expression,
        expression.arguments.map((argument) => evaluate(evaluation, argument)),
      )
    case 'prefix':
      return prefix(evaluation, expression)
    case 'chain':
      return chain(evaluation, expression)
    case 'comparison': {
      const left = evaluate(evaluation, expression.left)
      const right = evaluate(evaluation, expression.right)
      return compare(evaluation, expression.operator, left, right, expression)
    }
    case 'conditional':
      return condition(evaluation, expression.test, '?')
        ? evaluate(evaluation, expression.then)
        : evaluate(evaluation, expression.otherwise)
  }
}
