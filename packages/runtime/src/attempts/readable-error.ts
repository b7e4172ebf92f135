import { TenonError } from '@tenon/core/errors'

/**
 * Gives back what a body has thrown if it can be read, or an error in its place: a proxy or a getter of a body may throw
 * again each time it is read, and then the attempt would have no outcome.
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
