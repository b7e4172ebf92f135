import { TenonError } from '../errors/index.ts'
import { isTemplate } from '../expression/parse.ts'
import type { TemplateTable } from '../expression/template-table.ts'
import type { Json } from '../json.ts'
import { evaluateTemplate } from './evaluate.ts'
import { VALUE_LIMITS } from './limits.ts'
import { createMeter, type EvaluationLimits, type Meter, spendSize, spendSteps } from './meter.ts'
import type { EvaluationScope } from './scope.ts'
import { evaluateForSink } from './sinks/index.ts'
import type { SinkName } from './sinks/sink.ts'
import { allowKey } from './values.ts'
import { checkDepth } from './write-json.ts'

type ParamPath = readonly (string | number)[]

const PLACE = { start: 0, end: 0 }

/** Limits of each template, and the sinks that values are written for. */
export interface ValueOptions extends EvaluationLimits {
  /** Names the sink of the text at a path, if it has one. */
  readonly sinkOf?: (path: ParamPath) => SinkName | null
  /** Templates that were parsed before, such as those of a plan; without a table each text is parsed. */
  readonly templates?: TemplateTable
}

function evaluateLeaf(text: string, path: ParamPath, scope: EvaluationScope, limits: ValueOptions, total: Meter): Json {
  const meter = createMeter(limits)
  try {
    const template = isTemplate(text) ? (limits.templates?.parse(text) ?? text) : text
    const sink = isTemplate(text) ? (limits.sinkOf?.(path) ?? null) : null
    const value =
      sink === null
        ? evaluateTemplate(template, scope, { meter })
        : evaluateForSink(sink, template, scope, { name: String(path.at(-1)), meter })
    spendSteps(total, meter.steps)
    spendSize(total, meter.size)
    return value
  } catch (cause) {
    const { code, message, details } = cause as TenonError
    throw new TenonError(code, message, { cause, details: { ...details, param: path } })
  }
}

/**
 * A value with every template in it evaluated, at any depth: the params of a node, for one. Keys are
 * taken as they are; what has no `{{` stays the same.
 *
 * Evaluated in order of keys, not in the order in which they stand, so that `uuid()` and `random()`
 * draw the same whoever stored the value.
 *
 * @param limits - Of each template; all together may use ten times as much as one by default. `sinkOf` names the
 * language of a text, whose values are then encoded for it.
 * @throws {@link TenonError} as `evaluateTemplate`, with the place in `value` as `param` in its details.
 */
export function evaluateValue(value: Json, scope: EvaluationScope, limits: ValueOptions = {}): Json {
  const total = createMeter({ maxSteps: VALUE_LIMITS.steps, maxSize: VALUE_LIMITS.size })

  const visit = (part: Json, path: ParamPath): Json => {
    checkDepth(path.length)
    if (typeof part === 'string') return evaluateLeaf(part, path, scope, limits, total)
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map((item: Json, index) => visit(item, [...path, index]))
    const object = part as { readonly [key: string]: Json }
    const values = new Map<string, Json>()
    for (const key of Object.keys(object).sort()) {
      values.set(allowKey(key, PLACE), visit(object[key] as Json, [...path, key]))
    }
    return Object.fromEntries(Object.keys(object).map((key) => [key, values.get(key) as Json]))
  }

  return visit(value, [])
}
