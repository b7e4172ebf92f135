import { TenonError } from '../errors/index.ts'
import { NO_PATH, parsePathText, type StaticSegment } from '../expression/path-text.ts'
import type { Json } from '../json.ts'
import { memberOf } from './evaluate-path.ts'
import { fault } from './evaluation.ts'
import type { FunctionCall } from './function-body.ts'
import { spendSteps } from './meter.ts'

/** Parses a path that was given as text; its faults have the position of the call. */
export function readPath(path: string, call: FunctionCall): readonly StaticSegment[] {
  spendSteps(call.evaluation.meter, 1 + Math.ceil(path.length / 8))
  try {
    return parsePathText(path)
  } catch (cause) {
    const { code, details } = cause as TenonError
    // The position in that error is relative to the path, so it is replaced by that of the call.
    const { line, column, ...more } = details as Readonly<Record<string, unknown>>
    const kept = code === 'EXPRESSION_SYNTAX' ? NO_PATH : more
    const message = `${call.name}: a path consists of keys separated by points, such as "customer.name"`
    const { start: position, end } = call.span
    throw new TenonError(code, message, { cause, details: { ...kept, position, end, function: call.name } })
  }
}

const keyOf = (segment: StaticSegment) => (segment.kind === 'key' ? segment.key : segment.index)

/** Returns the value at a path; `undefined` if missing. */
export function valueAt(value: Json, segments: readonly StaticSegment[], call: FunctionCall): Json | undefined {
  let at: Json | undefined = value
  for (const segment of segments) {
    spendSteps(call.evaluation.meter, 1)
    // Items of JSON values are plain, never views.
    at = memberOf(at as Json, keyOf(segment))
    if (at === undefined) return undefined
  }
  return at
}

function missingInItem(index: number, path: string, call: FunctionCall): TenonError {
  const message = `${call.name}: item ${index} has no ${path}; write ?. before a key that may be absent`
  return fault('EXPRESSION_PATH_MISSING', message, call.span, { path: `[${index}].${path}`, function: call.name })
}

/** Returns the value at a path of the item at `index`; a missing value is a fault unless the path has `?.` there. */
export function itemValue(item: Json, index: number, segments: readonly StaticSegment[], call: FunctionCall): Json {
  let value = item
  for (const [at, segment] of segments.entries()) {
    const next = valueAt(value, [segment], call)
    if (next === undefined) {
      if (segment.optional || segments[at + 1]?.optional) return null
      const keys = segments.slice(0, at + 1).map(keyOf)
      throw missingInItem(index, keys.join('.'), call)
    }
    value = next
  }
  return value
}

/** Returns the value at a path of each item, in order. */
export function itemValues(items: readonly Json[], path: string, call: FunctionCall): Json[] {
  const segments = readPath(path, call)
  spendSteps(call.evaluation.meter, items.length)
  return items.map((item, index) => itemValue(item, index, segments, call))
}
