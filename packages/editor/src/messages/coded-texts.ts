import type { Json } from '@tenon/core/document'
import type { MessageValues, Translate } from './format.ts'

/** A failure as the server, a run or the client reports it. */
export interface CodedFailure {
  readonly code: string
  readonly message: string
  readonly remedy?: string
  readonly details?: Json | Readonly<Record<string, unknown>> | undefined
}

/**
 * Returns the message and the remedy of a failure, from the texts of the host for its code (`error.<CODE>`,
 * `remedy.<CODE>`), else as reported. Texts of the host can use scalar details and `{message}`.
 */
export function failureTexts(failure: CodedFailure, t: Translate): { readonly why: string; readonly remedy: string } {
  const { code, message, remedy = '', details } = failure
  const values = { ...scalarsOf(details), message, remedy }
  return {
    why: t.ofCode(`error.${code}`, values) ?? message,
    remedy: t.ofCode(`remedy.${code}`, values) ?? remedy,
  }
}

/** Joins the message and the remedy of a failure to one text; messages have no period at their end. */
export function failureSentences({ why, remedy }: { readonly why: string; readonly remedy: string }): string {
  if (remedy === '') return why
  return /[.!?…]$/.test(why) ? `${why} ${remedy}` : `${why}. ${remedy}`
}

function scalarsOf(details: CodedFailure['details']): MessageValues {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return {}
  const scalars = Object.entries(details).flatMap(([key, value]): [string, string | number][] =>
    typeof value === 'string' || typeof value === 'number' ? [[key, value]] : [],
  )
  return Object.fromEntries(scalars)
}
