import type { Span } from './ast.ts'

export const PUNCTUATORS = [
  ...['==', '!=', '<=', '>=', '&&', '||', '??', '?.'],
  ...['(', ')', '[', ']', '{', '}', ',', ':', '?', '.', '!', '-', '+', '*', '/', '%', '<', '>'],
] as const
export type Punctuator = (typeof PUNCTUATORS)[number]

/** A token of an expression; `invalid` is a token as well, so that completion works after it. */
export type Token = Span &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'punctuator'; readonly text: Punctuator }
    | { readonly kind: 'end' }
    | { readonly kind: 'invalid'; readonly message: string; readonly expected: readonly string[] }
  )

/** Describes a token for messages. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'number':
      return 'a number'
    case 'string':
      return 'a text'
    case 'name':
      return `"${token.name}"`
    case 'punctuator':
      return `"${token.text}"`
    case 'end':
      return 'the end'
    case 'invalid':
      return token.message
  }
}
