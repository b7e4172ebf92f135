import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../json.ts'
import { prepareJsonSchema } from './check-json-schema.ts'
import { compilePattern } from './prepare-schema.ts'

/**
 * Checks whether a value has no faults, without listing them.
 *
 * @param onStep - Called for each subschema that is applied, to measure the work.
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as `prepareJsonSchema`.
 */
type JsonSchemaFit = (value: Json, onStep?: () => void) => boolean

type Test = (value: Json) => boolean

const ALWAYS: Test = () => true
const NEVER: Test = () => false

interface Preparation {
  /** Prepares the test of a subschema. */
  readonly test: (schema: Json) => Test
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
const isObject = (value: Json): value is JsonObject => isJsonObject(value)

const KINDS: Readonly<Record<string, Test>> = Object.freeze({
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isInteger(value),
  string: (value) => typeof value === 'string',
  array: (value) => Array.isArray(value),
  object: isObject,
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

/** Creates the test of a limit, which other values than numbers do not have. */
const limit =
  (isWithin: (value: number, limit: number) => boolean): PrepareKeyword =>
  (most) =>
    typeof most === 'number' ? (value) => typeof value !== 'number' || isWithin(value, most) : null

/** Creates the test of the length of a text in characters. */
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

function patternTest(pattern: Json): Test {
  const matches = compilePattern(pattern)
  let last: string | null = null
  return (value) => {
    // Many values are the same default.
    if (typeof value !== 'string' || value === last) return true
    if (!matches(value)) return false
    last = value
    return true
  }
}

const everyItem = (tests: Json, { test }: Preparation): readonly Test[] | null =>
  Array.isArray(tests) ? (tests as readonly Json[]).map(test) : null

/** Creates the test of all members, by name or as additional ones. */
function membersTest(preparation: Preparation): Test | null {
  const { properties = {}, additionalProperties = true } = preparation.schema
  if (!isJsonObject(properties)) return null
  const named = new Map(Object.keys(properties).map((name) => [name, preparation.test(properties[name] as Json)]))
  const other = preparation.test(additionalProperties)
  return (value) => {
    if (!isObject(value)) return true
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
    return (value) => !isObject(value) || names.every((name: Json) => Object.hasOwn(value, String(name)))
  },
  properties: (_, preparation) => membersTest(preparation),
  // With `properties`, their test includes it.
  additionalProperties: (_, preparation) =>
    preparation.schema.properties === undefined ? membersTest(preparation) : ALWAYS,
  propertyNames(names, { test }) {
    const fits = test(names)
    return (value) => !isObject(value) || Object.keys(value).every(fits)
  },
  items(items, { test }) {
    const fits = test(items)
    return (value) => !Array.isArray(value) || value.every(fits)
  },
  not(refused, { test }) {
    const fits = test(refused)
    return (value) => !fits(value)
  },
  anyOf(choices, preparation) {
    const tests = everyItem(choices, preparation)
    return tests === null ? null : (value) => tests.some((fits) => fits(value))
  },
  allOf(parts, preparation) {
    const tests = everyItem(parts, preparation)
    return tests === null ? null : (value) => tests.every((fits) => fits(value))
  },
  if(condition, { test, schema }) {
    const [fits, then, otherwise] = [test(condition), test(schema.then ?? true), test(schema.else ?? true)]
    return (value) => (fits(value) ? then(value) : otherwise(value))
  },
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
function keywordTests(schema: JsonObject, test: Preparation['test']): readonly Test[] | null {
  const tests: Test[] = []
  for (const keyword of Object.keys(schema)) {
    if (LEFT_TO_LIBRARY.has(keyword)) return null
    const prepare = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined
    if (prepare === undefined) continue
    const prepared = prepare(schema[keyword] as Json, { test, schema })
    if (prepared === null) return null
    tests.push(prepared)
  }
  return tests
}

/**
 * Prepares a JSON Schema for values of which most have no faults: a test takes a fraction of the time of a check by
 * `prepareJsonSchema`, which describes the faults of a value that fails. Both give the same result for every value.
 *
 * Parts of the schema with keywords that are rare in params, such as `format`, are tested by `prepareJsonSchema`.
 *
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` as `prepareJsonSchema`.
 * @see docs/adr/0036-params-are-tested-before-they-are-checked.md
 */
export function prepareFit(schema: JsonSchema): JsonSchemaFit {
  let report: (() => void) | undefined

  function byLibrary(part: Json): Test {
    const check = prepareJsonSchema(part as JsonSchema)
    return (value) => check(value, report).length === 0
  }

  function testOf(part: Json): Test {
    if (typeof part === 'boolean') return part ? ALWAYS : NEVER
    const tests = isJsonObject(part) ? keywordTests(part, testOf) : null
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
