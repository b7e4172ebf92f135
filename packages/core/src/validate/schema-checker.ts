import type { ProblemIssue, TenonError } from '../errors/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { checkJsonSchema } from '../node/json-schema/check-json-schema.ts'
import type { Meter } from './meter.ts'

const MOST_KEPT = 5_000
/** The work of applying one subschema. */
const STEPS_PER_SUBSCHEMA = 10

/** What a schema says of a value, or why the schema itself cannot be used. */
export type SchemaVerdict = { readonly issues: readonly ProblemIssue[] } | { readonly unusable: string }

/** Checks params against the schema of their type. */
export type SchemaChecker = (schemaId: string, schema: JsonSchema, params: JsonObject) => SchemaVerdict

/** The verdict on one value. */
export function judge(schema: JsonSchema, value: JsonObject | null, onStep?: () => void): SchemaVerdict {
  try {
    return { issues: checkJsonSchema(schema, value, onStep) }
  } catch (error) {
    return { unusable: (error as TenonError).message }
  }
}

/** Cached results of a checker; valid while the params are the same objects. */
export type SchemaVerdicts = Map<string, SchemaVerdict>

export function createSchemaVerdicts(): SchemaVerdicts {
  return new Map()
}

/** A checker that looks its verdicts up in `kept` and enters new ones there. */
export function createSchemaChecker(kept: SchemaVerdicts, meter: Meter): SchemaChecker {
  return (schemaId, schema, params) => {
    const text = JSON.stringify(params)
    const key = `${schemaId} ${text}`
    meter.spend(text.length >>> 3)
    const known = kept.get(key)
    if (known !== undefined) return known
    const verdict = judge(schema, params, () => meter.count(STEPS_PER_SUBSCHEMA))
    meter.spend(0)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, verdict)
    return verdict
  }
}
