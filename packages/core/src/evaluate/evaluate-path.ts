import type { Expression, PathExpression, PathSegment } from '../expression/ast.ts'
import { printPath } from '../expression/printer.ts'
import type { Json, JsonObject } from '../json.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { spendSteps } from './meter.ts'
import { isScopeView, type ScopeView } from './scope.ts'
import { aKind, allowPathKey, kindOf, ownValue } from './values.ts'

export type Evaluate = (evaluation: Evaluation, expression: Expression) => Json
type Key = string | number

/** A view as one value; put together once an evaluation. */
function wholeOf(evaluation: Evaluation, value: Json | ScopeView): Json {
  if (!isScopeView(value)) return value
  const known = evaluation.wholes.get(value)
  if (known !== undefined) return known
  const whole = value.whole()
  if (typeof whole === 'object' && whole !== null) spendSteps(evaluation.meter, Object.keys(whole).length)
  evaluation.wholes.set(value, whole)
  return whole
}

/** What stands at a key or place of a value, `undefined` where nothing does. Reads own data only. */
export function memberOf(value: Json | ScopeView, key: Key): Json | ScopeView | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isScopeView(value)) return value.get(String(key))
  if (Array.isArray(value)) return typeof key === 'number' ? ownValue(value, key) : undefined
  return ownValue(value as JsonObject, key)
}

function keyOf(evaluation: Evaluation, evaluate: Evaluate, segment: PathSegment): Key {
  if (segment.kind === 'key') return segment.key
  if (segment.kind === 'index') return segment.index
  const key = evaluate(evaluation, segment.expression)
  if (typeof key === 'string') return allowPathKey(key, segment)
  if (typeof key === 'number') return key
  throw fault('EXPRESSION_TYPE', `A key is a text or a number, not ${aKind(kindOf(key, segment))}`, segment)
}

function missing(path: PathExpression, at: number, owner: Json | ScopeView): Error {
  const segment = path.segments[at] as PathSegment
  const name = printPath(path, at)
  const parent = at === 0 ? printPath({ ...path, segments: [] }, 0) : printPath(path, at - 1)
  const kind = isScopeView(owner) ? 'object' : kindOf(owner, segment)
  const message = kind === 'object' ? `${name} is missing` : `${name} is missing: ${parent} is ${aKind(kind)}`
  return fault('EXPRESSION_PATH_MISSING', message, segment, { path: name })
}

function resolveRoot(evaluation: Evaluation, base: Expression, evaluate: Evaluate): Json | ScopeView | undefined {
  return base.kind === 'root' ? evaluation.scope.resolve(base.name) : evaluate(evaluation, base)
}

/** What a root or a path names. `isLenient` (the left side of `??`) gives `null` where nothing is. */
export function evaluatePath(
  evaluation: Evaluation,
  path: PathExpression,
  evaluate: Evaluate,
  isLenient: boolean,
): Json {
  const { segments } = path
  let value = resolveRoot(evaluation, path.base, evaluate)
  if (value === undefined) {
    if (isLenient || segments[0]?.optional) return null
    const name = printPath({ ...path, segments: [] }, 0)
    throw fault('EXPRESSION_PATH_MISSING', `There is no ${name} here`, path.base, { path: name })
  }
  for (const [at, segment] of segments.entries()) {
    spendSteps(evaluation.meter, 1)
    const owner: Json | ScopeView = value
    value = memberOf(owner, keyOf(evaluation, evaluate, segment))
    if (value === undefined) {
      if (isLenient || segment.optional || segments[at + 1]?.optional) return null
      throw missing(path, at, owner)
    }
  }
  const whole = wholeOf(evaluation, value)
  kindOf(whole, path)
  return whole
}
