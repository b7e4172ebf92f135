import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../json.ts'
import { prepareJsonSchema } from './check-json-schema.ts'
import { NO_FACTS } from './json-facts.ts'
import { type PreparedSchema, patternFormat, prepareSchema } from './prepare-schema.ts'

/**
 * Checks whether a value has no faults, without listing them.
 *
 * @param onStep - Called for each subschema that is applied, to measure the work.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as the check of `prepareJsonSchema`.
 */
type JsonSchemaFit = (value: Json, onStep?: () => void) => boolean

type Test = (value: Json) => boolean

/** A subschema in the form that JSON Schema requires; the library takes other values as well, each in its own way. */
type Part = JsonObject | boolean

const ALWAYS: Test = () => true
const NEVER: Test = () => false

interface Preparation {
  /** Prepares the test of a subschema. */
  readonly test: (schema: Part) => Test
  /** Tests of all patterns of the schema, by the name of their format. */
  readonly patterns: PreparedSchema['patterns']
  /** Schema that contains the keyword. */
  readonly schema: JsonObject
}

/** Prepares the test of one keyword; `null` for a value of the keyword that only the library handles. */
type PrepareKeyword = (value: Json, preparation: Preparation) => Test | null

/** Keywords that relate a part of a schema to the whole, so that the part cannot be checked alone. */
const REFERENCES = /"\$(id|anchor|ref|dynamic[A-Z][a-z]+|recursive[A-Z][a-z]+)":/

/** Keywords of draft 2020-12 that only the library handles. All that it does not know are annotations. */
const LEFT_TO_LIBRARY: ReadonlySet<string> = new Set([
  'oneOf',
  'format',
  'patternProperties',
  'unevaluatedProperties',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'prefixItems',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
  'multipleOf',
])

const isScalar = (value: Json): boolean => typeof value !== 'object' || value === null
const isPart = (value: Json): value is Part => typeof value === 'boolean' || isJsonObject(value)

const KINDS: Readonly<Record<string, Test>> = Object.freeze({
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isJsonObject,
})

function typeTest(type: Json): Test | null {
  const kinds = (Array.isArray(type) ? type : [type]) as readonly Json[]
  const tests = kinds.flatMap((kind) => (typeof kind === 'string' && Object.hasOwn(KINDS, kind) ? KINDS[kind] : []))
  const [only] = tests as readonly Test[]
  if (only === undefined || tests.length !== kinds.length) return null
  return tests.length === 1 ? only : (value) => (tests as readonly Test[]).some((test) => test(value))
}

function enumTest(choices: Json): Test | null {
  if (!Array.isArray(choices) || !choices.every(isScalar)) return null
  return (value) => choices.includes(value)
}

/** Creates the test of a limit of numbers; other values pass. */
const limit =
  (isWithin: (value: number, limit: number) => boolean): PrepareKeyword =>
  (most) =>
    typeof most === 'number' ? (value) => typeof value !== 'number' || isWithin(value, most) : null

/** Creates the test of the length of a text, in characters; other values pass. */
const textLength =
  (isWithin: (length: number, limit: number) => boolean): PrepareKeyword =>
  (most) =>
    // A character has one or two units, so most texts need not be counted.
    typeof most === 'number'
      ? (value) =>
          typeof value !== 'string' ||
          (isWithin(value.length, most) && isWithin(value.length / 2, most)) ||
          isWithin(Array.from(value).length, most)
      : null

const listLength =
  (isWithin: (length: number, limit: number) => boolean): PrepareKeyword =>
  (most) =>
    typeof most === 'number' ? (value) => !Array.isArray(value) || isWithin(value.length, most) : null

const isAtLeast = (value: number, limit: number): boolean => value >= limit
const isAtMost = (value: number, limit: number): boolean => value <= limit

const patternTest: PrepareKeyword = (pattern, { patterns }) => {
  const matches = patterns.get(patternFormat(pattern)) as (text: string) => boolean
  let last: string | null = null
  return (value) => {
    // Most nodes of a type have the same default, so the last text that matched is remembered.
    if (typeof value !== 'string' || value === last) return true
    if (!matches(value)) return false
    last = value
    return true
  }
}

/** Prepares a keyword whose value is a subschema. */
const ofPart =
  (prepare: (fits: Test, preparation: Preparation) => Test | null): PrepareKeyword =>
  (part, preparation) =>
    isPart(part) ? prepare(preparation.test(part), preparation) : null

/** Prepares a keyword whose value is a list of subschemas. */
const ofParts =
  (prepare: (tests: readonly Test[]) => Test): PrepareKeyword =>
  (parts, { test }) =>
    Array.isArray(parts) && parts.every(isPart) ? prepare(parts.map(test)) : null

/** Creates the test of all members, by name or as additional ones. */
function membersTest(preparation: Preparation): Test | null {
  const { properties = {}, additionalProperties = true } = preparation.schema
  if (!isJsonObject(properties) || !isPart(additionalProperties)) return null
  const parts = Object.entries(properties)
  const named = new Map(parts.flatMap(([name, part]) => (isPart(part) ? [[name, preparation.test(part)]] : [])))
  if (named.size < parts.length) return null
  const other = preparation.test(additionalProperties)
  return (value) => {
    if (!isJsonObject(value)) return true
    for (const key of Object.keys(value)) if (!(named.get(key) ?? other)(value[key] as Json)) return false
    return true
  }
}

const KEYWORDS: Readonly<Record<string, PrepareKeyword>> = Object.freeze({
  type: typeTest,
  const: (only) => (isScalar(only) ? (value) => value === only : null),
  enum: enumTest,
  required(names) {
    if (!Array.isArray(names)) return null
    return (value) => !isJsonObject(value) || names.every((name: Json) => Object.hasOwn(value, String(name)))
  },
  properties: (_, preparation) => membersTest(preparation),
  // With `properties`, their test includes it.
  additionalProperties: (_, preparation) =>
    preparation.schema.properties === undefined ? membersTest(preparation) : ALWAYS,
  propertyNames: ofPart((fits) => (value) => !isJsonObject(value) || Object.keys(value).every(fits)),
  items: ofPart((fits) => (value) => !Array.isArray(value) || value.every(fits)),
  not: ofPart((fits) => (value) => !fits(value)),
  anyOf: ofParts((tests) => (value) => tests.some((fits) => fits(value))),
  allOf: ofParts((tests) => (value) => tests.every((fits) => fits(value))),
  if: ofPart((fits, { test, schema }) => {
    const { then = true, else: otherwise = true } = schema
    if (!isPart(then) || !isPart(otherwise)) return null
    const [whenFit, whenNot] = [test(then), test(otherwise)]
    return (value) => (fits(value) ? whenFit(value) : whenNot(value))
  }),
  minLength: textLength(isAtLeast),
  maxLength: textLength(isAtMost),
  minItems: listLength(isAtLeast),
  maxItems: listLength(isAtMost),
  minimum: limit(isAtLeast),
  maximum: limit(isAtMost),
  exclusiveMinimum: limit((value, bound) => value > bound),
  exclusiveMaximum: limit((value, bound) => value < bound),
  pattern: patternTest,
})

/** Prepares the tests of all keywords of a schema; `null` if one of them is left to the library. */
function keywordTests(preparation: Preparation): readonly Test[] | null {
  const { schema } = preparation
  const tests: Test[] = []
  for (const keyword of Object.keys(schema)) {
    if (LEFT_TO_LIBRARY.has(keyword)) return null
    const prepare = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
    if (prepare === undefined) continue
    const prepared = prepare(schema[keyword] as Json, preparation)
    if (prepared === null) return null
    tests.push(prepared)
  }
  return tests
}

/**
 * Prepares a JSON Schema for values of which most have no faults: a test takes a fraction of the time of a check by
 * `prepareJsonSchema`, which describes the faults of a value that fails.
 *
 * Both refuse the same schemas here, and give the same result for a value, unless the check exceeds its limits of work.
 * A test may have a result for such a value: it ends at the first fault and at the first choice that fits, and only the
 * parts that it leaves to `prepareJsonSchema` have limits, each its own.
 *
 * Parts of the schema with keywords that are rare in params, such as `format`, are tested by `prepareJsonSchema`, as are
 * those with a subschema that is neither an object nor a boolean.
 *
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as `prepareJsonSchema`.
 * @see docs/adr/0036-params-are-tested-before-they-are-checked.md
 */
export function prepareFit(schema: JsonSchema): JsonSchemaFit {
  // Unused parts are refused as well: definitions, and `then` without `if`.
  const { patterns } = prepareSchema(schema, NO_FACTS, () => {})
  let report: (() => void) | undefined

  function byLibrary(part: JsonSchema): Test {
    const check = prepareJsonSchema(part)
    return (value) => check(value, report).length === 0
  }

  function testOf(part: Part): Test {
    if (typeof part === 'boolean') return part ? ALWAYS : NEVER
    const tests = keywordTests({ test: testOf, patterns, schema: part })
    if (tests === null) return byLibrary(part)
    return (value) => {
      report?.()
      for (const test of tests) if (!test(value)) return false
      return true
    }
  }

  const test = REFERENCES.test(JSON.stringify(schema)) ? byLibrary(schema) : testOf(schema)
  return (value, onStep) => {
    report = onStep
    return test(value)
  }
}
