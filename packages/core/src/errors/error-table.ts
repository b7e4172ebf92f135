import { EXPRESSION_ERRORS } from './expression-errors.ts'
import { NODE_ERRORS } from './node-errors.ts'
import { REQUEST_ERRORS } from './request-errors.ts'
import { RUN_ERRORS } from './run-errors.ts'
import { STORAGE_ERRORS } from './storage-errors.ts'

/** All error codes of Tenon. A code is public API: adding one is minor, removing one is major. */
export const ERROR_TABLE = {
  ...REQUEST_ERRORS,
  ...RUN_ERRORS,
  ...NODE_ERRORS,
  ...EXPRESSION_ERRORS,
  ...STORAGE_ERRORS,
}

/**
 * Every code that a {@link TenonError} may carry: the keys of {@link ERROR_TABLE}. A code is public and keeps its
 * meaning.
 */
export type TenonErrorCode = keyof typeof ERROR_TABLE
