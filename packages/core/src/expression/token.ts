import type { Span } from './ast.ts'

export const PUNCTUATORS = [
  ...['==', '!=', '<=', '>=', '&&', '||', '??', '?.'],
  ...['(', ')', '[', ']', '{', '}', ',', ':', '?', '.', '!', '-', '+', '*', '/', '%', '<', '>'],
] as const
export type Punctuator = (typeof PUNCTUATORS)[number]

/** Fault of a token by itself, whatever the tokens around it are. */
export type TokenFault =
  | { readonly reason: 'name_after_number' | 'inexact_number' | 'list_index' | 'character' }
  | { readonly reason: 'unclosed_text' | 'unknown_escape' | 'lone_surrogate' }
  | { readonly reason: 'foreign_operator'; readonly wrong: string; readonly right: Punctuator }

/** A token of an expression; `invalid` is a token as well, so that completion works after it. */
export type Token = Span &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'punctuator'; readonly text: Punctuator }
    | { readonly kind: 'end' }
    | { readonly kind: 'invalid'; readonly fault: TokenFault }
  )

/** A token without a fault of its own. */
export type ValidToken = Exclude<Token, { readonly kind: 'invalid' }>

/** A valid token before the end of the text. */
export type WrittenToken = Exclude<ValidToken, { readonly kind: 'end' }>
