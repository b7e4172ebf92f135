import { TenonError } from '@tenon/core/errors'

const MAX_CAUSES = 16

export function addressRefused(host: string): TenonError {
  return refused('address', `${host} has no address that may be reached from here`)
}

export function refused(reason: 'address' | 'protocol' | 'credentials' | 'header', message: string): TenonError {
  return new TenonError('EGRESS_REFUSED', message, { details: { reason } })
}

/**
 * Turns what a socket or a parser threw into an error of ours; one of ours within its causes is that error.
 *
 * The message names the host and the kind of failure, never an address, a header or a body.
 */
export function toHttpFailure(thrown: unknown, host: string): TenonError {
  let cause: unknown = thrown
  let code: string | undefined
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === 'object' && cause !== null; depth += 1) {
    if (cause instanceof TenonError) return cause
    const named = cause as { readonly code?: unknown; readonly cause?: unknown; readonly errors?: readonly unknown[] }
    if (typeof named.code === 'string') code = named.code
    cause = named.cause ?? named.errors?.[0]
  }
  const isMalformed = code === 'UND_ERR_INVALID_ARG'
  return new TenonError('HTTP_FAILED', `${host} gave no answer${code === undefined ? '' : ` (${code})`}`, {
    cause: thrown,
    ...(isMalformed ? { retryable: false } : {}),
    details: { code: code ?? null },
  })
}
