import { format, Validator } from '@cfworker/json-schema'
import { type ProblemIssue, TenonError } from '../../errors/index.ts'
import type { JsonSchema } from '../../json.ts'
import { readJsonFacts } from './json-facts.ts'
import { prepareSchema } from './prepare-schema.ts'
import { toSchemaIssues } from './schema-issues.ts'

/** Subschemas applied in one check, all branches counted: what a real schema needs a thousand times less. */
const MAX_STEPS = 100_000

/**
 * Checks a JSON value against a JSON Schema (draft 2020-12) and tells all faults at once.
 *
 * Safe for schemas that a tenant wrote: patterns run in linear time, and the work is metered in steps, so
 * no schema hangs the process. Messages never repeat the value.
 *
 * @param onStep - Is called for each subschema that is applied, to measure the work.
 * @returns No issue if the value fits; otherwise one issue a fault, its `code` being the keyword.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` if the schema cannot be applied: an unresolved `$ref`,
 * an unsupported pattern, or more than 100,000 steps.
 */
export function checkJsonSchema(
  schema: JsonSchema,
  value: unknown,
  onStep: () => void = () => {},
): readonly ProblemIssue[] {
  if (typeof value === 'undefined') return [{ path: [], code: 'required', message: 'A value is missing' }]
  let steps = 0
  const prepared = prepareSchema(schema, readJsonFacts(value), () => {
    steps += 1
    onStep()
    if (steps > MAX_STEPS) throw schemaInvalid('It takes too many steps to check a value against it')
  })
  // cfworker knows formats by one table; patterns pass through it as formats and leave it in the same call.
  for (const [name, test] of prepared.patterns) format[name] = test
  try {
    return toSchemaIssues(new Validator(prepared.schema, '2020-12', false).validate(value), value)
  } catch (cause) {
    throw cause instanceof TenonError ? cause : schemaInvalid('It is malformed, endless, or refers to nothing', cause)
  } finally {
    for (const name of prepared.patterns.keys()) delete format[name]
  }
}

function schemaInvalid(why: string, cause?: unknown): TenonError {
  return new TenonError('JSON_SCHEMA_INVALID', `The JSON Schema cannot be used. ${why}`, { cause })
}
