import { ERROR_TABLE, type TenonErrorCode } from './error-table.ts'
import { TenonError } from './tenon-error.ts'

/** One fault at one place of a request or a document. */
export interface ProblemIssue {
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
}

/**
 * An error as HTTP carries it: `application/problem+json`.
 *
 * @see RFC 9457; `code`, `remedy`, `requestId`, `retryable`, `details` and `issues` are extension members.
 */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: TenonErrorCode
  readonly remedy: string
  readonly retryable: boolean
  readonly requestId?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly issues?: readonly ProblemIssue[]
}

/**
 * Turns whatever was thrown into the form that a caller may see; what is not a {@link TenonError} becomes
 * `INTERNAL` without its message, since that may hold a secret.
 */
export function toProblem(thrown: unknown, requestId?: string): Problem {
  const error = thrown instanceof TenonError ? thrown : new TenonError('INTERNAL', 'Something went wrong on our side')
  const { issues, ...details } = error.details ?? {}
  return {
    type: `https://tenon.dev/errors/${error.code}`,
    title: error.code.toLowerCase().replaceAll('_', ' '),
    status: ERROR_TABLE[error.code].status,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
    retryable: error.retryable,
    ...(requestId === undefined ? {} : { requestId }),
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(Array.isArray(issues) ? { issues: issues as readonly ProblemIssue[] } : {}),
  }
}
