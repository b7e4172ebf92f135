import type { ParamPath } from '../document/operation.ts'
import { SINK_NAMES, type SinkName } from '../evaluate/sinks/sink.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import { schemaAt } from './param-schema.ts'
import { asObject } from './schema-facts.ts'

function paramValueOf(schema: JsonSchema, params: JsonObject, name: string): Json | undefined {
  return params[name] ?? asObject(schemaAt(schema, [name]).schema)?.default
}

/**
 * Returns the sink of the text at a path in the params of a node, as `.meta({ sink })` declares it.
 *
 * @param schema - The `params` of a manifest entry.
 * @returns `null` for plain text.
 */
export function paramSink(schema: JsonSchema, params: JsonObject, path: ParamPath): SinkName | null {
  return sinkOf(schemaAt(schema, path).schema, schema, params)
}

function namedBy({ fromParam, names }: JsonObject, schema: JsonSchema, params: JsonObject): Json | undefined {
  const value = paramValueOf(schema, params, String(fromParam))
  return asObject(names)?.[String(value)] ?? value
}

/** Returns the sink of a text like {@link paramSink}, given the schema of the text. */
export function sinkOf(own: JsonSchema, schema: JsonSchema, params: JsonObject): SinkName | null {
  const declared = asObject(own)?.sink
  if (declared === undefined) return null
  const named = isJsonObject(declared) ? namedBy(declared, schema, params) : declared
  return SINK_NAMES.find((name) => name === named) ?? null
}

/** Checks a condition in the `.meta()` of a param: the param that it names has one of its values. */
function isMet(schema: JsonSchema, params: JsonObject, condition: JsonObject): boolean {
  const { param, in: values } = condition
  if (typeof param !== 'string' || !Array.isArray(values)) return true
  return values.includes(paramValueOf(schema, params, param) as Json)
}

/** Checks whether a param is used: the param that it depends on has one of the values in `.meta({ dependsOn })`. */
export function isParamUsed(schema: JsonSchema, params: JsonObject, name: string): boolean {
  const dependsOn = asObject(schemaAt(schema, [name]).schema)?.dependsOn
  return !isJsonObject(dependsOn) || isMet(schema, params, dependsOn)
}

/**
 * Checks whether a param is evaluated from the second pass of its node on, by `.meta({ late })`.
 *
 * @param schema - The `params` of a manifest entry.
 */
export function isParamLate(schema: JsonSchema, params: JsonObject, name: string): boolean {
  const late = asObject(schemaAt(schema, [name]).schema)?.late
  return isJsonObject(late) && isMet(schema, params, late)
}
