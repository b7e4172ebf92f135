import { FORBIDDEN_KEYS, FORBIDDEN_PATH_KEYS } from '../document/json-values.ts'
import { nextMember, nextToken } from './lexer.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { forbiddenKeyError, limitError, syntaxError } from './syntax-error.ts'
import { type ExpectedText, unexpected } from './syntax-fault.ts'
import type { Punctuator, Token, ValidToken } from './token.ts'

/**
 * Reads the tokens of one expression and enforces its limits: length, parts and depth. Throws all syntax errors, with
 * their position.
 */
export class TokenReader {
  readonly text: string
  /** The token to be read next. */
  token: ValidToken
  /** End of the last token that was read. */
  lastEnd: number
  readonly #origin: number
  #depth = 0
  #nodes = 0

  constructor(text: string, start: number) {
    this.text = text
    this.token = this.#valid(nextToken(text, start))
    this.#origin = this.token.start
    this.lastEnd = this.#origin
  }

  #valid(token: Token): ValidToken {
    if (token.kind === 'invalid') throw syntaxError(this.text, token.start, token.fault)
    return token
  }

  advance(): void {
    this.lastEnd = this.token.end
    if (this.lastEnd - this.#origin > EXPRESSION_LIMITS.expressionLength) {
      throw limitError(this.text, this.#origin, 'expressionLength')
    }
    this.token = this.#valid(nextToken(this.text, this.lastEnd))
  }

  /** Advances past a point, after which digits are a list index and `[` may follow `?.`. */
  advanceToMember(): void {
    this.lastEnd = this.token.end
    this.token = this.#valid(nextMember(this.text, this.lastEnd))
  }

  refuse(expected: ExpectedText): never {
    const { token, text } = this
    if (token.kind !== 'end' && !text.startsWith('}}', token.start)) {
      throw syntaxError(text, token.start, unexpected(token, expected))
    }
    const isEmpty = token.start === this.#origin
    throw syntaxError(text, token.start, isEmpty ? { reason: 'empty' } : { reason: 'unfinished', expected })
  }

  at(punctuator: Punctuator): boolean {
    return this.token.kind === 'punctuator' && this.token.text === punctuator
  }

  take(punctuator: Punctuator): boolean {
    if (!this.at(punctuator)) return false
    this.advance()
    return true
  }

  expect(punctuator: Punctuator): void {
    if (!this.take(punctuator)) this.refuse(punctuator)
  }

  /** Counts a part of the expression. */
  count(): void {
    this.#nodes += 1
    if (this.#nodes > EXPRESSION_LIMITS.nodes) throw limitError(this.text, this.token.start, 'nodes')
  }

  enter(): void {
    this.#depth += 1
    if (this.#depth > EXPRESSION_LIMITS.depth) throw limitError(this.text, this.token.start, 'depth')
  }

  leave(): void {
    this.#depth -= 1
  }

  /** Refuses a key that no JSON object may have. */
  allowKey(key: string, position: number): string {
    if (FORBIDDEN_KEYS.includes(key)) throw forbiddenKeyError(this.text, position, key)
    return key
  }

  /** Refuses a name or a segment of a path that could reach a prototype. */
  allowPathKey(key: string, position: number): string {
    if (FORBIDDEN_PATH_KEYS.includes(key)) throw forbiddenKeyError(this.text, position, key)
    return key
  }
}
