import type { Json } from '../json.ts'
import { createEvaluationContext, type EvaluationContext } from './context.ts'

/** Provides the values of the names in an expression. */
export interface EvaluationScope {
  /** The value of `input`, `trigger`, `nodes`, `vars`, `run`, `item`, ... or `undefined` if there is none. */
  readonly resolve: (root: string) => Json | undefined
  /** Source of `now()`, `uuid()` and `random()`. */
  readonly context: EvaluationContext
}

/**
 * Creates a scope of plain values.
 *
 * @param roots - Values by the name of their root: `{ input: { ... }, vars: { ... } }`.
 * @param context - @defaultValue the Unix epoch, an empty seed and no node run
 */
export function createPlainScope(
  roots: Readonly<Record<string, Json>>,
  context: EvaluationContext = createEvaluationContext({ nowMs: 0, runSeed: '', nodeRunId: '' }),
): EvaluationScope {
  return { resolve: (root) => (Object.hasOwn(roots, root) ? roots[root] : undefined), context }
}
