import { TenonError } from '@tenon/core/errors'

const MAX_CAUSES = 16
const DECOMPRESSION_CODE = /^(Z_|ERR__ERROR_|ERR_BROTLI|ERR_ZLIB)/

export function addressRefused(host: string): TenonError {
  return refused('address', `${host} has no allowed address`)
}

export function refused(
  reason: 'address' | 'protocol' | 'port' | 'credentials' | 'header',
  message: string,
): TenonError {
  return new TenonError('EGRESS_REFUSED', message, { details: { reason } })
}

/** Returns the innermost code in the causes of an error, and the {@link TenonError} among them, if any. */
function lookInto(thrown: unknown): { readonly code: string | undefined; readonly ours: TenonError | undefined } {
  let cause: unknown = thrown
  let code: string | undefined
  for (let depth = 0; depth < MAX_CAUSES && typeof cause === 'object' && cause !== null; depth += 1) {
    if (cause instanceof TenonError) return { code, ours: cause }
    const named = cause as { readonly code?: unknown; readonly cause?: unknown; readonly errors?: readonly unknown[] }
    if (typeof named.code === 'string') code = named.code
    cause = named.cause ?? named.errors?.[0]
  }
  return { code, ours: undefined }
}

const inBrackets = (code: string | undefined): string => (code === undefined ? '' : ` (${code})`)

/** Converts the error of a failed connection: the request certainly did not reach the service. */
export function toConnectFailure(thrown: unknown, host: string): TenonError {
  const { code, ours } = lookInto(thrown)
  if (ours !== undefined) return ours
  return new TenonError('HTTP_FAILED', `The connection to ${host} failed${inBrackets(code)}`, {
    cause: thrown,
    details: { code: code ?? null, sent: false },
  })
}

/**
 * Converts an error of a socket or a parser to a {@link TenonError}; one among its causes is returned unchanged.
 *
 * The message names the host and the kind of failure, never an address, a header or a body.
 *
 * @param status - Status of the response, if it had begun: the request was executed, even if the body is incomplete.
 */
export function toHttpFailure(thrown: unknown, host: string, status?: number): TenonError {
  const { code, ours } = lookInto(thrown)
  if (ours !== undefined) return ours
  if (status !== undefined && code !== undefined && DECOMPRESSION_CODE.test(code)) {
    return new TenonError(
      'HTTP_RESPONSE_INVALID',
      `${host} answered ${status} with a body that cannot be decompressed`,
      {
        cause: thrown,
        remedy: 'Correct the Content-Encoding of the service.',
        details: { status, code },
      },
    )
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new TenonError('HTTP_RESPONSE_TOO_LARGE', `The headers of the response of ${host} are too large`, {
      cause: thrown,
      remedy: 'Let the service send fewer or shorter headers.',
      details: { code },
    })
  }
  const isMalformed = code === 'UND_ERR_INVALID_ARG'
  const what = status === undefined ? 'did not respond' : `answered ${status}, then the response was cut off`
  return new TenonError('HTTP_FAILED', `${host} ${what}${inBrackets(code)}`, {
    cause: thrown,
    ...(isMalformed ? { retryable: false } : {}),
    details: { code: code ?? null, sent: !isMalformed, ...(status === undefined ? {} : { status }) },
  })
}
