import type { ProblemIssue, TenonError } from '../errors/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { checkJsonSchema } from '../node/json-schema/check-json-schema.ts'

const MOST_KEPT = 5_000

/** What a schema says of a value, or why the schema itself cannot be used. */
export type SchemaVerdict = { readonly issues: readonly ProblemIssue[] } | { readonly unusable: string }

/** Checks params against the schema of their type. */
export type SchemaChecker = (schemaId: string, schema: JsonSchema, params: JsonObject) => SchemaVerdict

/** The verdict on one value. */
export function judge(schema: JsonSchema, value: JsonObject | null): SchemaVerdict {
  try {
    return { issues: checkJsonSchema(schema, value) }
  } catch (error) {
    return { unusable: (error as TenonError).message }
  }
}

/** A checker that keeps its verdicts: while somebody types, the params of all other nodes stay as they are. */
export function createSchemaChecker(): SchemaChecker {
  const kept = new Map<string, SchemaVerdict>()
  return (schemaId, schema, params) => {
    const key = `${schemaId} ${JSON.stringify(params)}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const verdict = judge(schema, params)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, verdict)
    return verdict
  }
}
