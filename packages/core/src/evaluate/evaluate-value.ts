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

const NO_SPAN = { start: 0, end: 0 }

/** Options for a value with templates: limits of each template, and the sinks of its texts. */
export interface ValueOptions extends EvaluationLimits {
  /** Returns the sink of the text at a path; `null` if it has none. */
  readonly sinkOf?: (path: ParamPath) => SinkName | null
  /** Templates that are parsed already, such as those of a plan; without a table each text is parsed. */
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
 * Evaluates every template at any depth of a value, such as the params of a node. Keys and values without `{{` are kept
 * as they are.
 *
 * Templates are evaluated in the sorted order of keys, so that `uuid()` and `random()` draw the same however the value
 * was stored.
 *
 * @param limits - Of each template; all together may use ten times as much as one by default. `sinkOf` names the
 * language of a text, whose values are then encoded for it.
 * @throws {@link TenonError} as `evaluateTemplate`, with the path in `value` as `param` in its details.
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
      values.set(allowKey(key, NO_SPAN), visit(object[key] as Json, [...path, key]))
    }
    return Object.fromEntries(Object.keys(object).map((key) => [key, values.get(key) as Json]))
  }

  return visit(value, [])
}
