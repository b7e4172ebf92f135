import { TenonError } from '@tenon/core/errors'

/** Creates the failure of a loop by one of its iterations; `index` is from 0, and people count from 1. */
export function failIteration(
  noun: 'Item' | 'Round',
  index: number,
  { code, message }: { readonly code: string; readonly message: string },
): TenonError {
  return new TenonError('ITERATION_FAILED', `${noun} ${index + 1} failed: ${message}`, { details: { index, code } })
}
