import type { Span } from '../expression/ast.ts'
import { fault } from './evaluation.ts'

/** Checks that a result is finite and, if whole, exact; `-0` becomes `0`. */
export function exact(result: number, span: Span): number {
  if (!Number.isFinite(result)) throw fault('EXPRESSION_VALUE', 'The result is not a finite number', span)
  if (Number.isInteger(result) && !Number.isSafeInteger(result)) {
    throw fault('EXPRESSION_VALUE', 'The result is too large to be exact', span)
  }
  return result + 0
}
