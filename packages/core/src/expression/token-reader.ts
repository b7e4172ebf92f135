import { FORBIDDEN_KEYS, FORBIDDEN_PATH_KEYS } from '../document/json-values.ts'
import { nextMember, nextToken } from './lexer.ts'
import { EXPRESSION_LIMITS } from './limits.ts'
import { forbiddenKeyError, limitError, syntaxError } from './syntax-error.ts'
import { describeToken, type Punctuator, type Token } from './token.ts'

const EMPTY = 'The expression is empty: write a value, such as input.name'

/**
 * Reads the tokens of one expression and enforces its limits: length, parts and depth. Throws all syntax errors, with
 * their position.
 */
export class TokenReader {
  readonly text: string
  /** The token to be read next. */
  token: Token
  /** End of the last token that was read. */
  lastEnd: number
  readonly #origin: number
  #depth = 0
  #nodes = 0

  constructor(text: string, start: number) {
    this.text = text
    this.token = nextToken(text, start)
    this.#origin = this.token.start
    this.lastEnd = this.#origin
    this.#accept(this.token)
  }

  #accept(token: Token): void {
    this.token = token
    if (token.kind === 'invalid') throw syntaxError(this.text, token.start, token.message, token.expected)
  }

  advance(): void {
    this.lastEnd = this.token.end
    if (this.lastEnd - this.#origin > EXPRESSION_LIMITS.expressionLength) {
      throw limitError(this.text, this.#origin, 'expressionLength')
    }
    this.#accept(nextToken(this.text, this.lastEnd))
  }

  /** Advances past a point, after which digits are a list index and `[` may follow `?.`. */
  advanceToMember(): void {
    this.lastEnd = this.token.end
    this.#accept(nextMember(this.text, this.lastEnd))
  }

  refuse(expected: readonly string[]): never {
    const { token, text } = this
    const isEnd = token.kind === 'end' || text.startsWith('}}', token.start)
    const isEmpty = isEnd && token.start === this.#origin
    const unfinished = isEnd ? `The expression is unfinished: expected ${expected[0]}` : null
    const message = isEmpty ? EMPTY : (unfinished ?? `Found ${describeToken(token)}, expected ${expected[0]}`)
    throw syntaxError(text, token.start, message, expected)
  }

  at(punctuator: Punctuator): boolean {
    return this.token.kind === 'punctuator' && this.token.text === punctuator
  }

  take(punctuator: Punctuator): boolean {
    if (!this.at(punctuator)) return false
    this.advance()
    return true
  }

  expect(punctuator: Punctuator, ...others: string[]): void {
    if (!this.take(punctuator)) this.refuse([punctuator, ...others])
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
