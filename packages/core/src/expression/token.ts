import type { Span } from './ast.ts'

export const PUNCTUATORS = [
  ...['==', '!=', '<=', '>=', '&&', '||', '??', '?.'],
  ...['(', ')', '[', ']', '{', '}', ',', ':', '?', '.', '!', '-', '+', '*', '/', '%', '<', '>'],
] as const
export type Punctuator = (typeof PUNCTUATORS)[number]

/** A piece of an expression's text; `invalid` is a value, so that completion can go on behind it. */
export type Token = Span &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'punctuator'; readonly text: Punctuator }
    | { readonly kind: 'end' }
    | { readonly kind: 'invalid'; readonly message: string; readonly expected: readonly string[] }
  )

/** The token as a person calls it in a message. */
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
