import { nextMember, nextToken } from '../lexer.ts'
import type { Token } from '../token.ts'

/** Tokens of one expression, possibly incomplete, up to the caret. */
export interface Region {
  /** Offset after the opening braces. */
  readonly start: number
  /** Tokens that begin before the caret; the last one may end after it. */
  readonly tokens: readonly Token[]
}

const isMark = (token: Token, text: string) => token.kind === 'punctuator' && token.text === text

/**
 * Returns the expression around an offset in a template, even if it is incomplete; `null` in plain text. Braces inside
 * texts and objects do not end it.
 */
export function regionAt(template: string, offset: number): Region | null {
  let open = template.indexOf('{{')
  while (open !== -1 && open + 2 <= offset) {
    const tokens: Token[] = []
    let at = open + 2
    let depth = 0
    let closed = -1
    for (;;) {
      const last = tokens.at(-1)
      const isMember = last !== undefined && (isMark(last, '.') || isMark(last, '?.'))
      const token = isMember ? nextMember(template, at) : nextToken(template, at)
      if (token.kind === 'end' || token.start >= offset) return { start: open + 2, tokens }
      if (isMark(token, '{')) depth += 1
      if (isMark(token, '}')) {
        if (depth === 0) {
          closed = token.end + 1
          break
        }
        depth -= 1
      }
      tokens.push(token)
      at = Math.max(token.end, token.start + 1)
    }
    // No expression is written between the two closing braces.
    if (closed > offset) return null
    open = template.indexOf('{{', closed)
  }
  return null
}
