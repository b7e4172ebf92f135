import type { ChainExpression, Expression, ObjectMember, ParsedTemplate, PathExpression, PathSegment } from './ast.ts'
import { isName } from './characters.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { PRECEDENCE, precedenceOf } from './precedence.ts'
import { printKey, printNumber, printText } from './print-literal.ts'

interface Printer {
  readonly print: (expression: Expression, least?: number) => string
  readonly segment: (segment: PathSegment, afterNumber?: boolean) => string
}

const BEFORE_IN = /[)\]}"']$/
const AFTER_IN = /^[(["'{!-]/

function createPrinter(compact: boolean): Printer {
  const space = compact ? '' : ' '
  const comma = `,${space}`

  const segment = (part: PathSegment, afterNumber = false): string => {
    const mark = part.optional ? '?.' : ''
    if (part.kind === 'computed') return `${mark}[${print(part.expression)}]`
    const dotted = part.kind === 'index' ? String(part.index) : part.key
    if (part.kind === 'key' && !isName(dotted)) return `${mark}[${printText(dotted, compact)}]`
    // After a number, `.0` would be parsed as its fraction.
    if (part.kind === 'index' && afterNumber && !part.optional) return `[${dotted}]`
    return `${mark || '.'}${dotted}`
  }

  const path = ({ base, segments }: PathExpression): string => {
    const isNumber = base.kind === 'literal' && typeof base.value === 'number'
    const parts = segments.map((part, index) => segment(part, isNumber && index === 0))
    return print(base, PRECEDENCE.primary) + parts.join('')
  }

  const chain = (expression: ChainExpression): string => {
    const level = precedenceOf(expression) + 1
    return expression.operands
      .map((operand, index) => {
        const operator = index === 0 ? '' : `${space}${expression.operators[index - 1]}${space}`
        return operator + print(operand, level)
      })
      .join('')
  }

  const comparison = (left: string, operator: string, right: string): string => {
    if (operator !== 'in') return `${left}${space}${operator}${space}${right}`
    const before = compact && BEFORE_IN.test(left) ? '' : ' '
    const after = compact && AFTER_IN.test(right) ? '' : ' '
    return `${left}${before}in${after}${right}`
  }

  const member = ({ key, value }: ObjectMember) => `${printKey(key, compact)}:${space}${print(value)}`

  const bare = (expression: Expression): string => {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression
        if (typeof value === 'string') return printText(value, compact)
        return typeof value === 'number' ? printNumber(value, compact) : String(value)
      }
      case 'root':
        return expression.name
      case 'path':
        return path(expression)
      case 'list':
        return `[${expression.items.map((item) => print(item)).join(comma)}]`
      case 'object':
        if (expression.members.length === 0) return '{}'
        return `{${space}${expression.members.map(member).join(comma)}${space}}`
      case 'call':
        return `${expression.name}(${expression.arguments.map((argument) => print(argument)).join(comma)})`
      case 'prefix':
        return expression.operator + print(expression.operand, PRECEDENCE.prefix)
      case 'chain':
        return chain(expression)
      case 'comparison':
        return comparison(
          print(expression.left, PRECEDENCE.sum),
          expression.operator,
          print(expression.right, PRECEDENCE.sum),
        )
      case 'conditional': {
        const test = print(expression.test, PRECEDENCE.coalesce)
        const colon = `${space}:${space}`
        return `${test}${space}?${space}${print(expression.then)}${colon}${print(expression.otherwise)}`
      }
    }
  }

  const print = (expression: Expression, least = PRECEDENCE.conditional as number): string => {
    const text = bare(expression)
    return precedenceOf(expression) < least ? `(${text})` : text
  }

  return { print, segment }
}

/**
 * Prints the canonical text of an expression: parsing it gives the same expression, except for positions.
 *
 * Spaces are omitted if the result would exceed the length limit; the form without spaces is never longer than the
 * source.
 *
 * @param expression - As the parser creates it. The parser never creates, for example, a chain whose first operand is a
 * chain of the same operators.
 */
export function printExpression(expression: Expression): string {
  const text = createPrinter(false).print(expression)
  return text.length > EXPRESSION_LIMITS.expressionLength ? createPrinter(true).print(expression) : text
}

/** Prints the canonical text of a template: plain parts unchanged, each expression as `{{ expression }}`. */
export function printTemplate(template: ParsedTemplate): string {
  const assemble = (print: (expression: Expression) => string, space: string) =>
    template.parts
      .map((part) => (part.kind === 'text' ? part.text : `{{${space}${print(part.expression)}${space}}}`))
      .join('')
  const text = assemble(printExpression, ' ')
  return text.length > EXPRESSION_LIMITS.templateLength ? assemble(createPrinter(true).print, '') : text
}

/** Formats a path for messages: `input.items.0`, up to and including `segments[last]`. */
export function printPath(path: PathExpression, last: number): string {
  return createPrinter(false).print({ ...path, segments: path.segments.slice(0, last + 1) })
}
