import type { TenonError } from '../errors/tenon-error.ts'
import { analyzeTemplate } from './analyze.ts'

/**
 * Finds the fault of a key that decides when a run starts: it is evaluated before the run begins, so it reads the input of
 * the run and nothing else.
 *
 * @param name - Name of the key in the sentence, such as `concurrency key`.
 * @returns A sentence without its first capital letter; `null` for a key that can be evaluated.
 */
export function findStartKeyFault(key: string, name: string): string | null {
  if (key.trim() === '') return `the ${name} is empty`
  try {
    const { reads, isImpure } = analyzeTemplate(key)
    if (isImpure) return `the ${name} calls a function whose value differs from call to call`
    const first = reads.find(({ root }) => root !== 'input')
    return first === undefined ? null : `the ${name} reads "${first.root}"; it can read only "input"`
  } catch (error) {
    // The analysis throws nothing else.
    return `the ${name} cannot be read: ${(error as TenonError).message}`
  }
}
