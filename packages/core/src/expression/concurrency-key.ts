import type { TenonError } from '../errors/tenon-error.ts'
import { analyzeTemplate } from './analyze.ts'

/**
 * Finds the fault of the concurrency key of a workflow: it is evaluated before the run begins, so it reads the input of
 * the run and nothing else.
 *
 * @returns A sentence without its first capital letter; `null` for a key that can be evaluated.
 */
export function findConcurrencyKeyFault(key: string): string | null {
  if (key.trim() === '') return 'the concurrency key is empty'
  try {
    const { reads, isImpure } = analyzeTemplate(key)
    if (isImpure) return 'the concurrency key calls a function whose value differs from call to call'
    const first = reads.find(({ root }) => root !== 'input')
    return first === undefined ? null : `the concurrency key reads "${first.root}"; it can read only "input"`
  } catch (error) {
    // The analysis throws nothing else.
    return `the concurrency key cannot be read: ${(error as TenonError).message}`
  }
}
