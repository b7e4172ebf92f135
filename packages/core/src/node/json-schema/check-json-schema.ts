import { format, type ValidationResult, Validator } from '@cfworker/json-schema'
import { type ProblemIssue, TenonError } from '../../errors/index.ts'
import type { Json, JsonSchema } from '../../json.ts'
import { keepCertainFaults } from './certain-faults.ts'
import { NO_FACTS, readJsonFacts } from './json-facts.ts'
import { type PreparedSchema, prepareSchema } from './prepare-schema.ts'
import { toSchemaIssues } from './schema-issues.ts'

/** Most subschemas applied in one check, counting all branches; ordinary schemas need a thousandth of it. */
const MAX_STEPS = 100_000

/**
 * Checks values against one JSON Schema.
 *
 * @param onStep - Called for each subschema that is applied, to measure the work.
 * @returns One issue for each fault, with the keyword as `code`; none if the value fits.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as {@link prepareJsonSchema}.
 */
export type JsonSchemaCheck = (value: unknown, onStep?: () => void) => readonly ProblemIssue[]

/**
 * Prepares a JSON Schema (draft 2020-12) once, for checks of many values. Keywords that depend on the value
 * (`patternProperties`, `uniqueItems`) are prepared again for each.
 *
 * `patternMessage` beside a `pattern` is the message of its faults.
 *
 * The check is safe for schemas that a tenant wrote: patterns run in linear time, and the work is metered in steps, so
 * that no schema can block the process. All faults are reported at once; messages never repeat the value.
 *
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID`, here or in the check, if the schema cannot be applied: an
 * unresolved `$ref`, an unsupported pattern, or more than 100,000 steps for one value.
 */
export function prepareJsonSchema(schema: JsonSchema): JsonSchemaCheck {
  return prepareCheck(schema, toSchemaIssues)
}

/** Converts the report about a value. */
type ToIssues = (
  result: ValidationResult,
  value: unknown,
  sentences: PreparedSchema['sentences'],
) => readonly ProblemIssue[]

function prepareCheck(schema: JsonSchema, toIssues: ToIssues): JsonSchemaCheck {
  let steps = 0
  let report: (() => void) | undefined
  const countStep = (): void => {
    steps += 1
    report?.()
    if (steps > MAX_STEPS) throw schemaInvalid('Checking a value against it takes too many steps')
  }
  const always = prepareSchema(schema, NO_FACTS, countStep)
  const validator = always.isForTheseFacts ? null : createValidator(always)
  return (value, onStep) => {
    if (typeof value === 'undefined') return [VALUE_MISSING]
    steps = 0
    report = onStep
    const prepared = validator === null ? prepareSchema(schema, readJsonFacts(value), countStep) : always
    const result = apply(validator ?? createValidator(prepared), prepared.patterns, value)
    return toIssues(result, value, prepared.sentences)
  }
}

const VALUE_MISSING: ProblemIssue = Object.freeze({ path: [], code: 'required', message: 'A value is missing' })

function createValidator({ schema }: PreparedSchema): Validator {
  return orInvalid(() => new Validator(schema, '2020-12', false))
}

function apply(validator: Validator, patterns: PreparedSchema['patterns'], value: unknown): ValidationResult {
  // cfworker knows formats by one table; patterns are added to it as formats and removed in the same call.
  for (const [name, test] of patterns) format[name] = test
  try {
    return orInvalid(() => validator.validate(value))
  } finally {
    for (const name of patterns.keys()) delete format[name]
  }
}

function orInvalid<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    throw cause instanceof TenonError
      ? cause
      : schemaInvalid('It is malformed, infinite, or has an unresolved reference', cause)
  }
}

/**
 * Checks one JSON value against a JSON Schema: {@link prepareJsonSchema} for a schema that is used once.
 *
 * @param onStep - Called for each subschema that is applied, to measure the work.
 * @returns One issue for each fault, with the keyword as `code`; none if the value fits.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as {@link prepareJsonSchema}.
 */
export function checkJsonSchema(schema: JsonSchema, value: unknown, onStep?: () => void): readonly ProblemIssue[] {
  if (typeof value === 'undefined') return [VALUE_MISSING]
  return prepareJsonSchema(schema)(value, onStep)
}

/**
 * Checks a value of which some texts are not known yet, such as templates, to report faults before they are.
 *
 * @param isOpen - Tests whether another value, of any type, will be in place of a text.
 * @returns The issues of {@link checkJsonSchema} that remain whatever the values of the open texts are. An issue is left
 * out if it depends on an open text, also if no value would remove it.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as {@link prepareJsonSchema}.
 */
export function findCertainFaults(
  schema: JsonSchema,
  value: Json,
  isOpen: (text: string) => boolean,
): readonly ProblemIssue[] {
  const check = prepareCheck(schema, (result, _value, sentences) =>
    toSchemaIssues(keepCertainFaults(result, value, isOpen), value, sentences),
  )
  return check(value)
}

function schemaInvalid(why: string, cause?: unknown): TenonError {
  return new TenonError('JSON_SCHEMA_INVALID', `The JSON Schema cannot be used. ${why}`, { cause })
}
