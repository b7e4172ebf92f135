import { ERROR_TABLE, type TenonErrorCode } from './error-table.ts'

const MARKER = Symbol.for('@tenon/core/TenonError')

/** Options of a {@link TenonError}. `details` is sent to callers, so it must not contain secrets or params. */
export interface TenonErrorOptions {
  /** Original error, kept for logs; it is not sent to callers. */
  readonly cause?: unknown
  /** `true` if the same call may succeed later. @defaultValue the value of the code in {@link ERROR_TABLE} */
  readonly retryable?: boolean
  /** Plain data for programs that handle the error, with the keys that belong to its code. */
  readonly details?: Readonly<Record<string, unknown>>
  /** One sentence that says how to resolve the error. @defaultValue the remedy of the code in {@link ERROR_TABLE} */
  readonly remedy?: string
}

/**
 * The only error class of Tenon: a code from {@link ERROR_TABLE}, a message without secrets, and a remedy.
 *
 * `instanceof` holds across realms and duplicate installs, since it looks for a registered symbol.
 * Never subclass it: a subclass would inherit the loose `instanceof`.
 *
 * @example
 * ```ts
 * throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
 * ```
 */
export class TenonError extends Error {
  override readonly name = 'TenonError'
  readonly code: TenonErrorCode
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly remedy: string
  readonly [MARKER] = true

  constructor(code: TenonErrorCode, message: string, options: TenonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryable = options.retryable ?? ERROR_TABLE[code].retryable
    this.details = options.details
    this.remedy = options.remedy ?? ERROR_TABLE[code].remedy
  }

  // Temporal's workflow sandbox is another realm, so the constructor identity cannot be trusted.
  static override [Symbol.hasInstance](value: unknown): value is TenonError {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}
