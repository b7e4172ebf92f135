import { ERROR_TABLE, TenonError } from '@tenon/core/errors'

/**
 * Checks whether an error refuses what was asked for, which stays so. Any other failure is one of the server, such as of its
 * database: nothing is decided by it, and the same is tried again.
 */
export function isRefusal(error: unknown): error is TenonError {
  return error instanceof TenonError && ERROR_TABLE[error.code].status < 500
}
