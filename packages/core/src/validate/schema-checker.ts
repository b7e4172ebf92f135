import type { ProblemIssue, TenonError } from '../errors/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { type JsonSchemaCheck, prepareJsonSchema } from '../node/json-schema/check-json-schema.ts'
import type { Meter } from './meter.ts'

const MOST_KEPT = 5_000
/** Cost of applying one subschema, in steps. */
const STEPS_PER_SUBSCHEMA = 10

/** Result of a check: the issues of the value, or the reason why the schema cannot be used. */
export type SchemaVerdict = { readonly issues: readonly ProblemIssue[] } | { readonly unusable: string }

/** Checks params against the schema of their type. */
export type SchemaChecker = (schemaId: string, schema: JsonSchema, params: JsonObject) => SchemaVerdict

/** Checks whether a schema can be used. @returns The reason why not; `null` for a valid schema. */
export function schemaFault(schema: JsonSchema): string | null {
  const verdict = judge(() => prepareJsonSchema(schema)(null))
  return 'unusable' in verdict ? verdict.unusable : null
}

function judge(check: () => readonly ProblemIssue[]): SchemaVerdict {
  try {
    return { issues: check() }
  } catch (error) {
    return { unusable: (error as TenonError).message }
  }
}

/** Prepared schemas and cached results of a checker; valid for one manifest. */
export interface SchemaVerdicts {
  readonly checks: Map<string, JsonSchemaCheck>
  readonly verdicts: Map<string, SchemaVerdict>
}

export function createSchemaVerdicts(): SchemaVerdicts {
  return { checks: new Map(), verdicts: new Map() }
}

/** Creates a checker that caches its verdicts. */
export function createSchemaChecker({ checks, verdicts }: SchemaVerdicts, meter: Meter): SchemaChecker {
  function checkOf(schemaId: string, schema: JsonSchema): JsonSchemaCheck {
    const check = checks.get(schemaId) ?? prepareJsonSchema(schema)
    checks.set(schemaId, check)
    return check
  }

  return (schemaId, schema, params) => {
    const text = JSON.stringify(params)
    const key = `${schemaId} ${text}`
    meter.spend(text.length >>> 3)
    const known = verdicts.get(key)
    if (known !== undefined) return known
    const verdict = judge(() => checkOf(schemaId, schema)(params, () => meter.count(STEPS_PER_SUBSCHEMA)))
    meter.spend(0)
    if (verdicts.size >= MOST_KEPT) verdicts.clear()
    verdicts.set(key, verdict)
    return verdict
  }
}
