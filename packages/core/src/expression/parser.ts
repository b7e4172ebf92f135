import { trimmed } from '../lists.ts'
import type { ChainOperator, ComparisonOperator, Expression, ObjectMember, PathSegment } from './ast.ts'
import { readSegment } from './parse-path.ts'
import { infixLevel, PRECEDENCE, precedenceOf } from './precedence.ts'
import { syntaxError } from './syntax-error.ts'
import type { Punctuator, ValidToken } from './token.ts'
import { TokenReader } from './token-reader.ts'

const LITERALS: Readonly<Record<string, boolean | null>> = Object.freeze({ true: true, false: false, null: null })

function made(reader: TokenReader, expression: Expression): Expression {
  reader.count()
  return expression
}

function nested(reader: TokenReader): Expression {
  reader.enter()
  const expression = conditional(reader)
  reader.leave()
  return expression
}

/** Calls `read` until `close`, with commas between items; a trailing comma is allowed. */
function separated(reader: TokenReader, close: Punctuator, read: () => void): void {
  reader.enter()
  while (!reader.at(close)) {
    read()
    if (!reader.take(',') && !reader.at(close)) reader.refuse(',')
  }
  reader.advance()
  reader.leave()
}

function values(reader: TokenReader, close: Punctuator): readonly Expression[] {
  const found: Expression[] = []
  separated(reader, close, () => found.push(conditional(reader)))
  return trimmed(found)
}

function member(reader: TokenReader): ObjectMember {
  const { token } = reader
  if (token.kind !== 'name' && token.kind !== 'string') return reader.refuse('key')
  const key = reader.allowKey(token.kind === 'name' ? token.name : token.value, token.start)
  reader.count()
  reader.advance()
  reader.expect(':')
  const value = conditional(reader)
  return { key, value, start: token.start, end: reader.lastEnd }
}

function object(reader: TokenReader, start: number): Expression {
  const members: ObjectMember[] = []
  const keys = new Set<string>()
  separated(reader, '}', () => {
    const next = member(reader)
    if (keys.has(next.key)) throw syntaxError(reader.text, next.start, { reason: 'duplicate_key', key: next.key })
    keys.add(next.key)
    members.push(next)
  })
  return made(reader, { kind: 'object', members: trimmed(members), start, end: reader.lastEnd })
}

function named(reader: TokenReader, name: string, start: number, end: number): Expression {
  if (reader.take('(')) {
    const args = values(reader, ')')
    return made(reader, { kind: 'call', name, nameEnd: end, arguments: args, start, end: reader.lastEnd })
  }
  const literal = Object.hasOwn(LITERALS, name) ? LITERALS[name] : undefined
  if (literal !== undefined) return made(reader, { kind: 'literal', value: literal, start, end })
  return made(reader, { kind: 'root', name: reader.allowPathKey(name, start), start, end })
}

function primary(reader: TokenReader): Expression {
  const { token } = reader
  const { start, end } = token
  if (token.kind === 'number' || token.kind === 'string') {
    reader.advance()
    return made(reader, { kind: 'literal', value: token.value, start, end })
  }
  if (token.kind === 'name' && token.name !== 'in') {
    reader.advance()
    return named(reader, token.name, start, end)
  }
  if (reader.take('(')) {
    const inner = nested(reader)
    reader.expect(')')
    return inner
  }
  if (reader.take('[')) return made(reader, { kind: 'list', items: values(reader, ']'), start, end: reader.lastEnd })
  if (reader.take('{')) return object(reader, start)
  return reader.refuse('value')
}

function path(reader: TokenReader): Expression {
  const { start } = reader.token
  const base = primary(reader)
  const first = readSegment(reader, conditional)
  if (first === null) return base
  reader.count()
  // Most paths have few segments: `[x]` reserves one slot, an empty list many with its first item.
  const segments: PathSegment[] = [first]
  for (let next = readSegment(reader, conditional); next !== null; next = readSegment(reader, conditional)) {
    reader.count()
    segments.push(next)
  }
  return made(reader, {
    kind: 'path',
    base,
    segments: segments.length === 1 ? segments : trimmed(segments),
    start,
    end: reader.lastEnd,
  })
}

function prefix(reader: TokenReader): Expression {
  const { start } = reader.token
  const operator = reader.at('!') ? '!' : reader.at('-') ? '-' : null
  if (operator === null) return path(reader)
  reader.advance()
  reader.enter()
  const negated = prefix(reader)
  reader.leave()
  return made(reader, { kind: 'prefix', operator, operand: negated, start, end: reader.lastEnd })
}

/** Returns the spelling of the next token if it may be an operator between two operands; else an empty text. */
function spellingHere({ token }: TokenReader): string {
  return token.kind === 'punctuator' ? token.text : token.kind === 'name' ? token.name : ''
}

const levelHere = (reader: TokenReader): number | null => infixLevel(spellingHere(reader))

/** Reads the rest of a comparison, from its operator. */
function comparison(reader: TokenReader, left: Expression, start: number): Expression {
  const operator = spellingHere(reader) as ComparisonOperator
  reader.advance()
  const right = operand(reader, PRECEDENCE.sum)
  if (levelHere(reader) === PRECEDENCE.comparison) {
    throw syntaxError(reader.text, reader.token.start, { reason: 'chained_comparison' })
  }
  return made(reader, { kind: 'comparison', operator, left, right, start, end: reader.lastEnd })
}

/** Reads the rest of a chain of operators of one level, from the first of them. */
function chain(reader: TokenReader, first: Expression, start: number, level: number): Expression {
  // `(a + b) + c` is `a + b + c`, so that printing needs no parentheses that parsing would drop.
  const same = first.kind === 'chain' && precedenceOf(first) === level
  const operators = same ? [...first.operators] : []
  const operands = same ? [...first.operands] : [first]
  while (levelHere(reader) === level) {
    operators.push(spellingHere(reader) as ChainOperator)
    reader.advance()
    reader.count()
    operands.push(operand(reader, level + 1))
  }
  return made(reader, {
    kind: 'chain',
    operators: trimmed(operators),
    operands: trimmed(operands),
    start,
    end: reader.lastEnd,
  })
}

/** Reads operands joined by operators of a level or above: each operator takes what is to its left. */
function operand(reader: TokenReader, least: number): Expression {
  const { start } = reader.token
  let read = prefix(reader)
  for (let level = levelHere(reader); level !== null && level >= least; level = levelHere(reader)) {
    read = level === PRECEDENCE.comparison ? comparison(reader, read, start) : chain(reader, read, start, level)
  }
  return read
}

function conditional(reader: TokenReader): Expression {
  const { start } = reader.token
  const test = operand(reader, PRECEDENCE.coalesce)
  if (!reader.take('?')) return test
  const then = nested(reader)
  reader.expect(':')
  const otherwise = nested(reader)
  return made(reader, { kind: 'conditional', test, then, otherwise, start, end: reader.lastEnd })
}

/** Result of {@link readExpression}: the expression, and the token at which it stopped. */
export interface ReadExpression {
  readonly expression: Expression
  readonly next: ValidToken
}

/**
 * Parses one expression that begins at or after `start` and stops at the first token that cannot belong to it; the
 * caller checks that token.
 *
 * The depth limit bounds recursion; chains and paths are parsed in loops.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX`, `EXPRESSION_LIMIT`, `EXPRESSION_KEY_FORBIDDEN`.
 */
export function readExpression(text: string, start: number): ReadExpression {
  const reader = new TokenReader(text, start)
  const expression = conditional(reader)
  return { expression, next: reader.token }
}
