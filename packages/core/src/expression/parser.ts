import { FORBIDDEN_KEYS } from '../document/json-values.ts'
import type { ComparisonOperator, Expression, ObjectMember, PathSegment, Span } from './ast.ts'
import { indexOfText } from './characters.ts'
import { nextMember, nextToken } from './lexer.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { COMPARISON_OPERATORS, chainOperatorAt, PRECEDENCE, precedenceOf } from './precedence.ts'
import { forbiddenKeyError, limitError, syntaxError } from './syntax-error.ts'
import { describeToken, type Punctuator, type Token } from './token.ts'

const LITERALS: Readonly<Record<string, boolean | null>> = Object.freeze({ true: true, false: false, null: null })
const A_VALUE = ['a value', 'a name', '(', '[', '{'] as const

/** What {@link readExpression} found: the expression, and the token at which it stopped. */
export interface ReadExpression {
  readonly expression: Expression
  readonly next: Token
}

/**
 * Reads one expression that begins at or after `start` and stops at the first token that cannot belong
 * to it; the caller judges that token.
 *
 * Recursion is bounded by the depth limit, chains and paths are read in loops.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`, `EXPRESSION_KEY_FORBIDDEN`.
 */
export function readExpression(text: string, start: number): ReadExpression {
  let token: Token = nextToken(text, start)
  const origin = token.start
  let lastEnd = origin
  let depth = 0
  let nodes = 0

  const accept = (candidate: Token): void => {
    token = candidate
    if (token.kind === 'invalid') throw syntaxError(text, token.start, token.message, token.expected)
  }

  const advance = (): void => {
    lastEnd = token.end
    if (lastEnd - origin > EXPRESSION_LIMITS.expressionLength) throw limitError(text, origin, 'expressionLength')
    accept(nextToken(text, lastEnd))
  }

  const refuse = (expected: readonly string[]): never => {
    throw syntaxError(text, token.start, `Found ${describeToken(token)}, expected ${expected[0]}`, expected)
  }

  const at = (punctuator: Punctuator): boolean => token.kind === 'punctuator' && token.text === punctuator

  const take = (punctuator: Punctuator): boolean => {
    if (!at(punctuator)) return false
    advance()
    return true
  }

  const expect = (punctuator: Punctuator, ...others: string[]): void => {
    if (!take(punctuator)) refuse([punctuator, ...others])
  }

  const count = (): void => {
    nodes += 1
    if (nodes > EXPRESSION_LIMITS.nodes) throw limitError(text, token.start, 'nodes')
  }

  const nested = <Result>(read: () => Result): Result => {
    depth += 1
    if (depth > EXPRESSION_LIMITS.depth) throw limitError(text, token.start, 'depth')
    const result = read()
    depth -= 1
    return result
  }

  const made = <Node extends Expression>(node: Node): Node => {
    count()
    return node
  }

  const allowKey = (key: string, position: number): string => {
    if (FORBIDDEN_KEYS.includes(key)) throw forbiddenKeyError(text, position, key)
    return key
  }

  /** Calls `read` until `close`, with commas between; one may stand behind the last. */
  const separated = (close: Punctuator, read: () => void): void => {
    while (!at(close)) {
      read()
      if (!take(',') && !at(close)) refuse([',', close])
    }
    advance()
  }

  const member = (): ObjectMember => {
    const { start: from } = token
    if (token.kind !== 'name' && token.kind !== 'string') return refuse(['a key', '}'])
    const key = allowKey(token.kind === 'name' ? token.name : token.value, from)
    count()
    advance()
    expect(':')
    const value = conditional()
    return { key, value, start: from, end: lastEnd }
  }

  const object = (from: number): Expression => {
    const members: ObjectMember[] = []
    const keys = new Set<string>()
    separated('}', () => {
      const { start: position } = token
      const next = member()
      if (keys.has(next.key)) throw syntaxError(text, position, 'This key stands twice', ['another key'])
      keys.add(next.key)
      members.push(next)
    })
    return made({ kind: 'object', members, start: from, end: lastEnd })
  }

  const values = (close: Punctuator): Expression[] => {
    const found: Expression[] = []
    separated(close, () => found.push(conditional()))
    return found
  }

  const named = (name: string, from: number, nameEnd: number): Expression => {
    if (take('(')) {
      const args = nested(() => values(')'))
      return made({ kind: 'call', name, nameEnd, arguments: args, start: from, end: lastEnd })
    }
    const literal = Object.hasOwn(LITERALS, name) ? LITERALS[name] : undefined
    if (literal !== undefined) return made({ kind: 'literal', value: literal, start: from, end: nameEnd })
    return made({ kind: 'root', name: allowKey(name, from), start: from, end: nameEnd })
  }

  const primary = (): Expression => {
    const { start: from, end } = token
    if (token.kind === 'number' || token.kind === 'string') {
      const { value } = token
      advance()
      return made({ kind: 'literal', value, start: from, end })
    }
    if (token.kind === 'name' && token.name !== 'in') {
      const { name } = token
      advance()
      return named(name, from, end)
    }
    if (take('(')) {
      const inner = nested(conditional)
      expect(')', 'an operator')
      return inner
    }
    if (take('[')) return nested(() => made({ kind: 'list', items: values(']'), start: from, end: lastEnd }))
    if (take('{')) return nested(() => object(from))
    return refuse(A_VALUE)
  }

  const segmentOf = (key: string, place: Span & { readonly optional: boolean }): PathSegment => {
    const index = indexOfText(key)
    if (index !== null) return { kind: 'index', index, ...place }
    return { kind: 'key', key: allowKey(key, place.start), ...place }
  }

  const afterPoint = (optional: boolean): PathSegment => {
    accept(nextMember(text, lastEnd))
    const { start: from, end } = token
    if (token.kind !== 'name' && token.kind !== 'number') return refuse(['a key or a place in a list'])
    const key = token.kind === 'name' ? token.name : String(token.value)
    advance()
    return segmentOf(key, { optional, start: from, end })
  }

  const inBrackets = (optional: boolean): PathSegment => {
    const { start: from } = token
    const expression = nested(conditional)
    expect(']', 'an operator')
    const place = { optional, start: from, end: lastEnd - 1 }
    if (expression.kind !== 'literal') return { kind: 'computed', expression, ...place }
    const { value } = expression
    if (typeof value === 'string') return segmentOf(value, place)
    if (typeof value === 'number' && indexOfText(String(value)) !== null) return segmentOf(String(value), place)
    throw syntaxError(text, from, 'This is neither a key nor a place in a list', ['a text or a number such as 0'])
  }

  const segment = (): PathSegment | null => {
    if (take('[')) return inBrackets(false)
    if (!at('.') && !at('?.')) return null
    const optional = at('?.')
    lastEnd = token.end
    if (!optional) return afterPoint(false)
    const bracket = nextToken(text, token.end)
    if (bracket.kind !== 'punctuator' || bracket.text !== '[') return afterPoint(true)
    accept(bracket)
    advance()
    return inBrackets(true)
  }

  const path = (): Expression => {
    const { start: from } = token
    const base = primary()
    const segments: PathSegment[] = []
    for (let next = segment(); next !== null; next = segment()) {
      count()
      segments.push(next)
    }
    return segments.length === 0 ? base : made({ kind: 'path', base, segments, start: from, end: lastEnd })
  }

  const prefix = (): Expression => {
    const { start: from } = token
    const operator = at('!') ? '!' : at('-') ? '-' : null
    if (operator === null) return path()
    advance()
    const operand = nested(prefix)
    return made({ kind: 'prefix', operator, operand, start: from, end: lastEnd })
  }

  const comparison = (): Expression => {
    const { start: from } = token
    const left = chain(PRECEDENCE.sum)
    const operator = comparisonOperator()
    if (operator === null) return left
    advance()
    const right = chain(PRECEDENCE.sum)
    if (comparisonOperator() !== null) {
      throw syntaxError(text, token.start, 'Comparisons cannot be chained', ['&& or ||, or parentheses'])
    }
    return made({ kind: 'comparison', operator, left, right, start: from, end: lastEnd })
  }

  const comparisonOperator = (): ComparisonOperator | null => {
    const spelling = token.kind === 'name' ? token.name : token.kind === 'punctuator' ? token.text : ''
    return COMPARISON_OPERATORS.find((operator) => operator === spelling) ?? null
  }

  const operandAt = (level: number): Expression => {
    if (level === PRECEDENCE.comparison) return comparison()
    return level === PRECEDENCE.prefix ? prefix() : chain(level)
  }

  const operatorAt = (level: number) => (token.kind === 'punctuator' ? chainOperatorAt(level, token.text) : null)

  const chain = (level: number): Expression => {
    const { start: from } = token
    const first = operandAt(level + 1)
    // `(a + b) + c` is `a + b + c`, so that printing needs no parentheses that reading would drop.
    const same = first.kind === 'chain' && precedenceOf(first) === level
    const operators = same ? [...first.operators] : []
    const operands = same ? [...first.operands] : [first]
    for (let operator = operatorAt(level); operator !== null; operator = operatorAt(level)) {
      advance()
      count()
      operators.push(operator)
      operands.push(operandAt(level + 1))
    }
    if (operands.length === 1 || (same && operands.length === first.operands.length)) return first
    return made({ kind: 'chain', operators, operands, start: from, end: lastEnd })
  }

  const conditional = (): Expression => {
    const { start: from } = token
    const test = chain(PRECEDENCE.coalesce)
    if (!take('?')) return test
    const then = nested(conditional)
    expect(':', 'an operator')
    const otherwise = nested(conditional)
    return made({ kind: 'conditional', test, then, otherwise, start: from, end: lastEnd })
  }

  accept(token)
  const expression = conditional()
  return { expression, next: token }
}
