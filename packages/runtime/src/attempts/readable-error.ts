import { TenonError } from '@tenon/core/errors'

/**
 * Returns the value that a body has thrown if it can be read, else an error that replaces it: a proxy or a getter may
 * throw on each access, and the attempt would have no outcome.
 */
export function readableError(thrown: unknown): unknown {
  try {
    if (thrown instanceof TenonError) {
      const { code, message, retryable, remedy } = thrown
      return [code, message, remedy].every((text) => typeof text === 'string') && typeof retryable === 'boolean'
        ? thrown
        : unreadable()
    }
    return thrown instanceof Error && typeof thrown.name !== 'string' ? unreadable() : thrown
  } catch {
    return unreadable()
  }
}

function unreadable(): TenonError {
  return new TenonError('NODE_FAILED', 'The node threw a value that cannot be read', {
    remedy: 'Throw a TenonError or an Error',
  })
}
