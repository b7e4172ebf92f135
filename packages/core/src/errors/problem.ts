import { ERROR_TABLE, type TenonErrorCode } from './error-table.ts'
import { TenonError } from './tenon-error.ts'

/** One fault in a request or a document, with its path. */
export interface ProblemIssue {
  /** Path to the fault from the root of the body or the document. */
  readonly path: readonly (string | number)[]
  /** Code of the kind of fault. */
  readonly code: string
  /** Sentence that describes the fault, in English. */
  readonly message: string
  /** Values in the sentence, by name, for texts in other languages; those of each code are in `IssueValues`. */
  readonly values?: Readonly<Record<string, string | number>>
}

/**
 * An error as sent over HTTP: `application/problem+json`.
 *
 * @see RFC 9457; `code`, `remedy`, `requestId`, `retryable`, `details` and `issues` are extension members.
 */
export interface Problem {
  /** URI that identifies the code: `https://tenon.dev/errors/<code>`. */
  readonly type: string
  /** Readable form of the code, the same for every occurrence. */
  readonly title: string
  /** HTTP status of the response. */
  readonly status: number
  /** Sentence that describes this occurrence. */
  readonly detail: string
  /** Error code to handle in programs. */
  readonly code: TenonErrorCode
  /** Sentence that says what to do. */
  readonly remedy: string
  /** `true` if the same request may succeed later. */
  readonly retryable: boolean
  /** Id of the request in the logs of the server. */
  readonly requestId?: string
  /** Data about this occurrence, with the keys that belong to the code. */
  readonly details?: Readonly<Record<string, unknown>>
  /** Faults found by validation, each with its path. */
  readonly issues?: readonly ProblemIssue[]
}

/**
 * Converts any thrown value to the form that callers may see. A value that is not a {@link TenonError} becomes
 * `INTERNAL` without its message, which may contain a secret.
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
