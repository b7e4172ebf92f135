import type { Json } from '../json.ts'
import { createEvaluationContext, type EvaluationContext } from './context.ts'

const VIEW = Symbol.for('@tenon/core/ScopeView')

/** What a {@link ScopeView} is made of; both are called as often as an expression asks. */
export interface ScopeViewSource {
  /** The value of a top-level key, or `undefined`. May be a view again: `nodes.<id>`. */
  readonly get: (key: string) => Json | ScopeView | undefined
  /** The whole object, put together on demand; its values may be shared, not copied. */
  readonly whole: () => Json
}

/**
 * An object of the scope that is not there as a whole: keys are looked up one by one, such as those of
 * the accumulated `input`.
 */
export interface ScopeView extends ScopeViewSource {
  /** Tag that tells views from JSON values. */
  readonly [VIEW]: true
}

/** Where an expression's names get their values. */
export interface EvaluationScope {
  /** The value of `input`, `trigger`, `nodes`, `vars`, `run`, `item`, ... or `undefined` where there is none. */
  readonly resolve: (root: string) => Json | ScopeView | undefined
  /** Source of `now()`, `uuid()` and `random()`. */
  readonly context: EvaluationContext
}

/** Makes a view of functions that look values up. Neither may throw for a key that is not there. */
export function createScopeView(source: ScopeViewSource): ScopeView {
  return Object.freeze({ get: source.get, whole: source.whole, [VIEW]: true as const })
}

// JSON has no symbol keys, so no value can pass for a view.
export function isScopeView(value: Json | ScopeView): value is ScopeView {
  return typeof value === 'object' && value !== null && VIEW in value
}

/**
 * A scope over values that are all there: for tests, and for previews in the editor.
 *
 * @param roots - Values by the name of their root: `{ input: { ... }, vars: { ... } }`.
 * @param context - @defaultValue the Unix epoch, an empty seed and no node run
 */
export function createPlainScope(
  roots: Readonly<Record<string, Json | ScopeView>>,
  context: EvaluationContext = createEvaluationContext({ nowMs: 0, runSeed: '', nodeRunId: '' }),
): EvaluationScope {
  return { resolve: (root) => (Object.hasOwn(roots, root) ? roots[root] : undefined), context }
}
