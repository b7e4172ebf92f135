import { trimmed } from '../lists.ts'
import type { Expression, ExpressionPart, ParsedTemplate, TemplatePart } from './ast.ts'
import { nextToken } from './lexer.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { readExpression } from './parser.ts'
import { limitError, syntaxError } from './syntax-error.ts'
import { unexpected } from './syntax-fault.ts'
import type { ValidToken } from './token.ts'

/**
 * Reads the text of one expression, without braces.
 *
 * @throws {@link TenonError} `EXPRESSION_SYNTAX` (details: `position`, `line`, `column`, and a {@link SyntaxFault}),
 * `EXPRESSION_LIMIT` (details: position, `limit`, `max`) or `EXPRESSION_KEY_FORBIDDEN` (details: position, `key`).
 *
 * @example
 * ```ts
 * parseExpression('input.total * 1.2').kind // 'chain'
 * ```
 */
export function parseExpression(text: string): Expression {
  const { expression, next } = readExpression(text, 0)
  if (next.kind !== 'end') throw syntaxError(text, next.start, unexpected(next, 'operator, end'))
  return expression
}

/** Returns the offset after the `}}` whose first brace is `brace`. */
function closingEnd(text: string, brace: ValidToken): number {
  if (brace.kind === 'end') throw syntaxError(text, brace.start, { reason: 'unclosed' })
  const second = nextToken(text, brace.end)
  const closes =
    brace.kind === 'punctuator' && brace.text === '}' && second.kind === 'punctuator' && second.text === '}'
  if (!closes || second.start !== brace.end) throw syntaxError(text, brace.start, unexpected(brace, 'operator, }}'))
  return second.end
}

/** Reads the expression whose braces open at an offset. */
export function readPart(text: string, open: number): ExpressionPart {
  const { expression, next } = readExpression(text, open + 2)
  return { kind: 'expression', expression, start: open, end: closingEnd(text, next) }
}

/**
 * Parses a text with `{{ ... }}` in it. Throws the first fault; there is no partial result.
 *
 * Braces inside texts and objects do not close an expression; `{{ "{{" }}` writes two braces. A template that is
 * exactly one expression, without spaces around it, keeps the type of its value.
 *
 * @throws {@link TenonError} as {@link parseExpression}; positions count from the beginning of the template.
 */
export function parseTemplate(text: string): ParsedTemplate {
  return parseParts(text, readPart)
}

/** Parses a template like {@link parseTemplate}, given what reads its expressions. */
export function parseParts(text: string, read: typeof readPart): ParsedTemplate {
  if (text.length > EXPRESSION_LIMITS.templateLength) {
    throw limitError(text, EXPRESSION_LIMITS.templateLength, 'templateLength')
  }
  const parts: TemplatePart[] = []
  let at = 0
  while (at < text.length) {
    const open = text.indexOf('{{', at)
    const end = open === -1 ? text.length : open
    if (end > at) parts.push({ kind: 'text', text: text.slice(at, end), start: at, end })
    if (open === -1) break
    const part = read(text, open)
    at = part.end
    parts.push(part)
  }
  const only = parts.length === 1 ? parts[0] : undefined
  const whole = only?.kind === 'expression' ? only.expression : null
  return { text, parts: trimmed(parts), whole }
}

/** Checks whether a text contains or at least begins an expression; cheap, without parsing. */
export function isTemplate(text: string): boolean {
  return text.includes('{{')
}
