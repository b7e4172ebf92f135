import type { Expression, PathExpression, PathSegment } from '../expression/ast.ts'
import { printPath } from '../expression/printer.ts'
import type { Json, JsonObject } from '../json.ts'
import { type Evaluation, fault } from './evaluation.ts'
import { spendSteps } from './meter.ts'
import { aKind, allowPathKey, kindOf, ownValue } from './values.ts'

export type Evaluate = (evaluation: Evaluation, expression: Expression) => Json
type Key = string | number

/** Reads the own member of a value at a key or index; `undefined` if there is none. */
export function memberOf(value: Json, key: Key): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined
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

function missing(path: PathExpression, at: number, owner: Json): Error {
  const segment = path.segments[at] as PathSegment
  const name = printPath(path, at)
  const parent = at === 0 ? printPath({ ...path, segments: [] }, 0) : printPath(path, at - 1)
  const kind = kindOf(owner, segment)
  const message = kind === 'object' ? `${name} is missing` : `${name} is missing: ${parent} is ${aKind(kind)}`
  return fault('EXPRESSION_PATH_MISSING', message, segment, { path: name })
}

function resolveRoot(evaluation: Evaluation, base: Expression, evaluate: Evaluate): Json | undefined {
  return base.kind === 'root' ? evaluation.scope.resolve(base.name) : evaluate(evaluation, base)
}

/** Reads the value of a root or a path. With `isLenient` (the left side of `??`), a missing value gives `null`. */
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
    const owner: Json = value
    value = memberOf(owner, keyOf(evaluation, evaluate, segment))
    if (value === undefined) {
      if (isLenient || segment.optional || segments[at + 1]?.optional) return null
      throw missing(path, at, owner)
    }
  }
  kindOf(value, path)
  return value
}
