import type { ProblemIssue, TenonError } from '../errors/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import { type JsonSchemaCheck, prepareJsonSchema } from '../node/json-schema/check-json-schema.ts'
import { prepareFit } from '../node/json-schema/prepare-fit.ts'
import type { Meter } from './meter.ts'

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

/** Prepares a check that lists faults only for params that have some. */
function prepareCheck(schema: JsonSchema): JsonSchemaCheck {
  const fits = prepareFit(schema)
  let faultsOf: JsonSchemaCheck | null = null
  return (params, onStep) => {
    if (fits(params as JsonObject, onStep)) return []
    faultsOf ??= prepareJsonSchema(schema)
    return faultsOf(params, onStep)
  }
}

/** Creates a checker that prepares each schema once. */
export function createSchemaChecker(meter: Meter): SchemaChecker {
  const checks = new Map<string, JsonSchemaCheck>()

  function checkOf(schemaId: string, schema: JsonSchema): JsonSchemaCheck {
    const check = checks.get(schemaId) ?? prepareCheck(schema)
    checks.set(schemaId, check)
    return check
  }

  const countSubschema = () => meter.count(STEPS_PER_SUBSCHEMA)
  return (schemaId, schema, params) => {
    const verdict = judge(() => checkOf(schemaId, schema)(params, countSubschema))
    // The check itself must not throw for a spent budget; this does.
    meter.spend(0)
    return verdict
  }
}
