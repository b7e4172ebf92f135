import type { ChainExpression, ChainOperator, ComparisonExpression, Expression, PrefixExpression } from '../ast.ts'
import type { ValueKind } from '../functions/signature.ts'
import { printText } from '../print-literal.ts'
import { nearest } from '../suggest.ts'
import {
  describeKinds,
  isUnknown,
  kindsOf,
  listKinds,
  type StaticType,
  typeOfKind,
  UNKNOWN,
  unionOf,
  withoutNull,
} from '../types/static-type.ts'
import { checkKinds } from './check-kinds.ts'
import { equalityProblem, knownTexts, orderProblem } from './compare-types.ts'
import { expressionFix, fixTo } from './fix.ts'
import type { Checking, ExpressionProblem } from './problem.ts'

const BOOLEAN = typeOfKind('boolean')
const NUMBER = typeOfKind('number')
const TEXT = typeOfKind('text')
const ORDERED: readonly ValueKind[] = ['number', 'text']

export function checkPrefix(checking: Checking, { operator, operand }: PrefixExpression, type: StaticType): StaticType {
  const kind = operator === '!' ? 'boolean' : 'number'
  checkKinds(checking, type, [kind], operator, operand)
  return typeOfKind(kind)
}

/** Returns the type of a sum: numbers are added, and a text on either side makes it a text. */
function sumType(checking: Checking, left: StaticType, right: StaticType, operand: Expression): StaticType {
  const [ours, theirs] = [kindsOf(left), kindsOf(right)]
  const isOnly = (kinds: readonly ValueKind[] | null, kind: ValueKind) => kinds?.length === 1 && kinds[0] === kind
  if (isOnly(ours, 'text') || isOnly(theirs, 'text')) return TEXT
  if (ours === null || theirs === null) return UNKNOWN
  if (ours.includes('text') || theirs.includes('text')) return unionOf([NUMBER, TEXT])
  const wrong = [...ours, ...theirs].filter((kind) => kind !== 'number')
  if (wrong.length > 0) {
    const { start, end } = operand
    const isFault = !ours.includes('number') || !theirs.includes('number')
    const message = `+ joins numbers or texts, ${isFault ? 'not' : 'but this may be'} ${describeKinds([...new Set(wrong)])}`
    const severity = isFault ? 'error' : 'warning'
    const reason = isFault ? 'never' : 'not_always'
    const values = { reason, user: '+', wanted: listKinds(ORDERED), given: listKinds([...new Set(wrong)]) } as const
    checking.report({ code: 'EXPRESSION_TYPE', severity, message, values, start, end })
  }
  return NUMBER
}

function arithmeticType(checking: Checking, { operators, operands }: ChainExpression, types: readonly StaticType[]) {
  return types.slice(1).reduce((left, right, at) => {
    const operator = operators[at] as ChainOperator
    if (operator === '+') return sumType(checking, left, right, operands[at + 1] as Expression)
    checkKinds(checking, left, ['number'], operator, operands[at] as Expression)
    checkKinds(checking, right, ['number'], operator, operands[at + 1] as Expression)
    return NUMBER
  }, types[0] as StaticType)
}

export function checkChain(checking: Checking, chain: ChainExpression, types: readonly StaticType[]): StaticType {
  const [operator] = chain.operators
  if (operator === '??') return unionOf([...types.slice(0, -1).map(withoutNull), types.at(-1) as StaticType])
  if (operator !== '||' && operator !== '&&') return arithmeticType(checking, chain, types)
  for (const [at, type] of types.entries()) {
    checkKinds(checking, type, ['boolean'], operator, chain.operands[at] as Expression)
  }
  return BOOLEAN
}

function checkOrder(checking: Checking, expression: ComparisonExpression, left: StaticType, right: StaticType): void {
  const { operator, start, end } = expression
  checkKinds(checking, left, ORDERED, operator, expression.left)
  checkKinds(checking, right, ORDERED, operator, expression.right)
  const problem = orderProblem(operator, left, right)
  if (problem !== null) checking.report({ ...problem, start, end, ...numberFix(checking, expression, left) })
}

/** Creates a fix that converts the text in a comparison with a number, if it is an expression. */
function numberFix(
  { text }: Checking,
  { left, right }: ComparisonExpression,
  ours: StaticType,
): Pick<ExpressionProblem, 'fix'> {
  const side = withoutNull(ours).every(({ kind }) => kind === 'text') ? left : right
  if (side.kind === 'literal') return {}
  const { start, end } = side
  return { fix: expressionFix('CONVERT_TO_NUMBER', {}, { text: `number(${text.slice(start, end)})`, start, end }) }
}

function checkTexts(checking: Checking, { left, right }: ComparisonExpression, known: StaticType): void {
  const literal = [left, right].find(({ kind }) => kind === 'literal')
  const texts = knownTexts(known)
  if (literal?.kind !== 'literal' || typeof literal.value !== 'string' || texts === null) return
  if (texts.includes(literal.value)) return
  const { start, end, value } = literal
  const meant = nearest(value, texts)
  const allowed = texts
    .slice(0, 8)
    .map((text) => printText(text))
    .join(', ')
  const hint = meant === null ? `only ${allowed}` : `did you mean ${printText(meant)}?`
  checking.report({
    code: 'EXPRESSION_VALUE',
    severity: 'warning',
    message: `This is never ${printText(value)}: ${hint}`,
    values: meant === null ? { reason: 'other', value, allowed } : { reason: 'similar', value, meant },
    start,
    end,
    ...fixTo(meant, { start, end }, printText),
  })
}

function checkEquality(
  checking: Checking,
  expression: ComparisonExpression,
  left: StaticType,
  right: StaticType,
): void {
  const problem = equalityProblem(left, right)
  if (problem !== null) {
    const { start, end } = expression
    checking.report({ ...problem, start, end })
    return
  }
  checkTexts(checking, expression, expression.left.kind === 'literal' ? right : left)
}

function checkIn(
  checking: Checking,
  { left: part, right: whole }: ComparisonExpression,
  left: StaticType,
  right: StaticType,
): void {
  checkKinds(checking, right, ['list', 'text', 'object'], 'in', whole)
  if (!isUnknown(right) && !right.some(({ kind }) => kind === 'list')) checkKinds(checking, left, ['text'], 'in', part)
}

export function checkComparison(
  checking: Checking,
  expression: ComparisonExpression,
  left: StaticType,
  right: StaticType,
): StaticType {
  const { operator } = expression
  if (operator === 'in') checkIn(checking, expression, left, right)
  else if (operator === '==' || operator === '!=') checkEquality(checking, expression, left, right)
  else checkOrder(checking, expression, left, right)
  return BOOLEAN
}
