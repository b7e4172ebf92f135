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
 * Returns what failed and what to do about it, in the texts that the host gives for the code (`error.<CODE>`,
 * `remedy.<CODE>`), else as they were reported. The texts of the host can name scalar details, and `{message}`.
 */
export function failureTexts(failure: CodedFailure, t: Translate): { readonly why: string; readonly remedy: string } {
  const { code, message, remedy = '', details } = failure
  const values = { ...scalarsOf(details), message, remedy }
  return {
    why: t.ofCode(`error.${code}`, values) ?? message,
    remedy: t.ofCode(`remedy.${code}`, values) ?? remedy,
  }
}

function scalarsOf(details: CodedFailure['details']): MessageValues {
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return {}
  const scalars = Object.entries(details).flatMap(([key, value]): [string, string | number][] =>
    typeof value === 'string' || typeof value === 'number' ? [[key, value]] : [],
  )
  return Object.fromEntries(scalars)
}
