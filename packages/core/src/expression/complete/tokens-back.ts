import type { Punctuator, Token } from '../token.ts'

const OPENERS: Readonly<Partial<Record<Punctuator, Punctuator>>> = Object.freeze({ ')': '(', ']': '[', '}': '{' })

export function isPunctuator(token: Token | undefined, ...texts: readonly Punctuator[]): boolean {
  return token?.kind === 'punctuator' && texts.includes(token.text)
}

/** Checks whether an operator, not a value, may follow the token. */
export function endsValue(token: Token | undefined): boolean {
  if (token?.kind === 'name') return token.name !== 'in'
  return token?.kind === 'number' || token?.kind === 'string' || isPunctuator(token, ')', ']', '}')
}

/** Returns the index of the bracket that opens the one at `at`; -1 if there is none. */
function openerOf(tokens: readonly Token[], at: number): number {
  let depth = 0
  for (let i = at; i >= 0; i -= 1) {
    if (isPunctuator(tokens[i], ')', ']', '}')) depth += 1
    if (isPunctuator(tokens[i], '(', '[', '{')) depth -= 1
    if (depth === 0) return i
  }
  return -1
}

/** Returns the index of the first token of the value that ends at `last`: `first(a.b)[0].c` begins at `first`. */
export function valueStart(tokens: readonly Token[], last: number): number {
  let at = last
  for (;;) {
    const token = tokens[at]
    if (!endsValue(token)) return -1
    const opener = token?.kind === 'punctuator' ? OPENERS[token.text] : undefined
    if (opener !== undefined) at = openerOf(tokens, at)
    const before = tokens[at - 1]
    const isIndex = opener === '[' && (endsValue(before) || isPunctuator(before, '?.'))
    const isCall = opener === '(' && before?.kind === 'name' && before.name !== 'in'
    if (isCall) return at - 1
    if (isIndex) at -= isPunctuator(before, '?.') ? 2 : 1
    else if (opener === undefined && isPunctuator(before, '.', '?.')) at -= 2
    else return at
  }
}

/** An incomplete call: its name, and the start of each argument up to the caret. */
export interface OpenCall {
  readonly name: string
  /** Indexes into `tokens`; the last one is the current argument. */
  readonly argumentStarts: readonly number[]
}

/** Returns the innermost call around the end of `tokens`; `null` if the innermost bracket is not that of a call. */
export function openCall(tokens: readonly Token[]): OpenCall | null {
  let depth = 0
  const starts: number[] = []
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const token = tokens[at]
    if (isPunctuator(token, ')', ']', '}')) depth += 1
    else if (depth > 0 && isPunctuator(token, '(', '[', '{')) depth -= 1
    else if (depth === 0 && isPunctuator(token, ',')) starts.unshift(at + 1)
    else if (depth === 0 && isPunctuator(token, '(', '[', '{')) {
      const before = tokens[at - 1]
      if (!isPunctuator(token, '(') || before?.kind !== 'name') return null
      return { name: before.name, argumentStarts: [at + 1, ...starts] }
    }
  }
  return null
}
