import type { Expression, PathSegment, Span } from './ast.ts'
import { indexOfText } from './characters.ts'
import { syntaxError } from './syntax-error.ts'
import type { TokenReader } from './token-reader.ts'

type Read = (reader: TokenReader) => Expression

function segmentOf(reader: TokenReader, key: string, position: Span & { readonly optional: boolean }): PathSegment {
  const index = indexOfText(key)
  if (index !== null) return { kind: 'index', index, ...position }
  return { kind: 'key', key: reader.allowPathKey(key, position.start), ...position }
}

function afterPoint(reader: TokenReader, optional: boolean): PathSegment {
  const { token } = reader
  if (token.kind !== 'name' && token.kind !== 'number') return reader.refuse('key_or_index')
  reader.advance()
  const { start, end } = token
  // A name is no index: it begins with no digit.
  if (token.kind === 'name') return { kind: 'key', key: reader.allowPathKey(token.name, start), optional, start, end }
  return segmentOf(reader, String(token.value), { optional, start, end })
}

function inBrackets(reader: TokenReader, optional: boolean, readExpression: Read): PathSegment {
  reader.advance()
  const { start } = reader.token
  reader.enter()
  const expression = readExpression(reader)
  reader.leave()
  const position = { optional, start, end: reader.lastEnd }
  reader.expect(']')
  if (expression.kind !== 'literal') return { kind: 'computed', expression, ...position }
  const { value } = expression
  if (typeof value === 'string') return segmentOf(reader, value, position)
  if (typeof value === 'number' && indexOfText(String(value)) !== null)
    return segmentOf(reader, String(value), position)
  throw syntaxError(reader.text, start, { reason: 'segment' })
}

/** Reads one segment of a path; `null` at its end. */
export function readSegment(reader: TokenReader, readExpression: Read): PathSegment | null {
  if (reader.at('[')) return inBrackets(reader, false, readExpression)
  const optional = reader.at('?.')
  if (!optional && !reader.at('.')) return null
  reader.advanceToMember()
  if (optional && reader.at('[')) return inBrackets(reader, true, readExpression)
  return afterPoint(reader, optional)
}
