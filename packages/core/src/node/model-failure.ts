import { TenonError } from '../errors/index.ts'

/**
 * Causes of a failed call of a model: `rate-limit`, too many requests for now. `quota`, the account has no credit.
 * `unavailable`, no response or an error of the server. `access`, the key is missing or not allowed. `unknown-model`, the
 * provider has no such model. `request`, the provider refuses the request, for example one that is too long. `refusal`,
 * the model refuses to answer. `filter`, a filter blocked the response. `empty`, a response without content.
 * `unreadable`, a response that breaks the protocol, or a stream that was cut.
 */
export const MODEL_FAILURE_CAUSES = [
  'rate-limit',
  'quota',
  'unavailable',
  'access',
  'unknown-model',
  'request',
  'refusal',
  'filter',
  'empty',
  'unreadable',
] as const
/** One of {@link MODEL_FAILURE_CAUSES}. */
export type ModelFailureCause = (typeof MODEL_FAILURE_CAUSES)[number]

/** Causes that lie with the provider or its model, not with the request, so that another model may answer. */
export const FALLBACK_CAUSES: readonly ModelFailureCause[] = Object.freeze([
  'rate-limit',
  'quota',
  'unavailable',
  'access',
  'unknown-model',
  'empty',
  'unreadable',
])

/** Codes of the guarded client for requests without a response. */
const NO_RESPONSE: ReadonlySet<string> = new Set(['HTTP_FAILED', 'HTTP_RESPONSE_TOO_LARGE'])

/**
 * Returns the cause of a failed call of a model; `null` for an error of another kind, such as a refused address.
 *
 * @param error A {@link TenonError} of {@link LanguageModel.generate}, or anything else that it threw.
 */
export function modelFailureCause(error: unknown): ModelFailureCause | null {
  if (!(error instanceof TenonError)) return null
  if (NO_RESPONSE.has(error.code)) return 'unavailable'
  if (error.code !== 'MODEL_FAILED') return null
  const { cause, status } = error.details ?? {}
  const named = MODEL_FAILURE_CAUSES.find((each) => each === cause)
  if (named !== undefined) return named
  return typeof status === 'number' ? causeOfStatus(status) : error.retryable ? 'unavailable' : 'request'
}

/** Returns the cause that an HTTP status of a provider means; statuses below 400 are not failures of HTTP. */
export function causeOfStatus(status: number): ModelFailureCause {
  if (status < 400) return 'unreadable'
  if (status === 429) return 'rate-limit'
  if (status === 402) return 'quota'
  if (status === 401 || status === 403) return 'access'
  if (status === 404) return 'unknown-model'
  return status >= 500 || status === 408 || status === 409 || status === 425 ? 'unavailable' : 'request'
}
