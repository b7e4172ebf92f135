import { TenonError } from '../errors/index.ts'
import { parsePathText, type StaticSegment } from '../expression/path-text.ts'
import type { Json } from '../json.ts'
import { memberOf } from './evaluate-path.ts'
import { fault } from './evaluation.ts'
import type { FunctionCall } from './function-body.ts'
import { spendSteps } from './meter.ts'

/** Reads a path that was given as a text; what is wrong with it is told at the place of the call. */
export function readPath(path: string, call: FunctionCall): readonly StaticSegment[] {
  spendSteps(call.evaluation.meter, 1 + Math.ceil(path.length / 8))
  try {
    return parsePathText(path)
  } catch (cause) {
    const { code, details } = cause as TenonError
    // The place in it is that in the path, which is of no use here.
    const { line, column, expected, ...more } = details as Readonly<Record<string, unknown>>
    const message = `${call.name}: a path is made of keys with points between, such as "customer.name"`
    const { start: position, end } = call.place
    throw new TenonError(code, message, { cause, details: { ...more, position, end, function: call.name } })
  }
}

const keyOf = (segment: StaticSegment) => (segment.kind === 'key' ? segment.key : segment.index)

/** What stands at a path of a value, `undefined` where nothing does. */
export function valueAt(value: Json, segments: readonly StaticSegment[], call: FunctionCall): Json | undefined {
  let at: Json | undefined = value
  for (const segment of segments) {
    spendSteps(call.evaluation.meter, 1)
    // No item of a JSON value is a view.
    at = memberOf(at as Json, keyOf(segment))
    if (at === undefined) return undefined
  }
  return at
}

function missingInItem(index: number, path: string, call: FunctionCall): TenonError {
  const message = `${call.name}: item ${index} has no ${path}; write ?. before what may be absent`
  return fault('EXPRESSION_PATH_MISSING', message, call.place, { path: `[${index}].${path}`, function: call.name })
}

/** What stands at a path of the item at `index`; missing is a fault unless the path says `?.` there. */
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

/** What stands at a path of each item, in order. */
export function itemValues(items: readonly Json[], path: string, call: FunctionCall): Json[] {
  const segments = readPath(path, call)
  spendSteps(call.evaluation.meter, items.length)
  return items.map((item, index) => itemValue(item, index, segments, call))
}
