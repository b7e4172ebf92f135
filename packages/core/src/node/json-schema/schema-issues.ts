import type { OutputUnit, ValidationResult } from '@cfworker/json-schema'
import type { ProblemIssue } from '../../errors/index.ts'
import { PATTERN_FORMAT } from './prepare-schema.ts'

// Keywords that only report a fault in a subschema, which has an entry of its own.
const WRAPPERS: ReadonlySet<string> = new Set([
  '$ref',
  'allOf',
  'if',
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'dependentSchemas',
  'prefixItems',
  'items',
  'additionalItems',
  'unevaluatedItems',
])

const MESSAGES: Readonly<Record<string, string>> = {
  false: 'This field is not allowed here',
  const: 'It must have the only allowed value',
  enum: 'It must be one of the allowed values',
  not: 'It must not match this schema',
  anyOf: 'It matches none of the allowed schemas',
  oneOf: 'It must match exactly one of the allowed schemas',
  uniqueItems: 'Items must be unique',
  contains: 'A required item is missing',
  minContains: 'It has too few items of the required kind',
  maxContains: 'It has too many items of the limited kind',
  minProperties: 'It has too few fields',
  maxProperties: 'It has too many fields',
  minItems: 'It has too few items',
  maxItems: 'It has too many items',
  minLength: 'It is too short',
  maxLength: 'It is too long',
  pattern: 'It does not match the required pattern',
}

/**
 * Converts the report of cfworker to issues: faults only, each once, without the value.
 *
 * @param sentences - Messages of patterns, by the name of their format.
 */
export function toSchemaIssues(
  result: ValidationResult,
  value: unknown,
  sentences: ReadonlyMap<string, string>,
): readonly ProblemIssue[] {
  if (result.valid) return []
  const issues = new Map<string, ProblemIssue>()
  const choices: string[] = []
  for (const unit of result.errors) {
    if (WRAPPERS.has(unit.keyword)) continue
    // The faults of each branch would hide that the choice failed.
    if (choices.some((location) => unit.keywordLocation.startsWith(`${location}/`))) continue
    if (unit.keyword === 'anyOf' || unit.keyword === 'oneOf' || unit.keyword === 'contains')
      choices.push(unit.keywordLocation)
    const issue = toIssue(unit, value, sentences)
    issues.set(`${issue.code} ${JSON.stringify(issue.path)} ${issue.message}`, issue)
  }
  return [...issues.values()]
}

function toIssue(
  { keyword, instanceLocation, error }: OutputUnit,
  value: unknown,
  sentences: ReadonlyMap<string, string>,
): ProblemIssue {
  const code = keyword === 'format' && error.includes(PATTERN_FORMAT) ? 'pattern' : keyword
  const sentence = code === 'pattern' ? sentences.get(nameIn(error)) : undefined
  return { path: toPath(instanceLocation, value), code, message: sentence ?? MESSAGES[code] ?? describe(code, error) }
}

/** Returns the last name in quotes; the first may be the value. */
function nameIn(error: string): string {
  return error.replace(/^.*"(.*)"\.$/s, '$1')
}

/** Describes a fault with the bound or the name from the schema, without the value. */
function describe(keyword: string, error: string): string {
  // In messages of cfworker, the last text is from the schema; the first may be the value.
  const bound = error.replace(/^.* (\S+)\.$/s, '$1')
  const name = nameIn(error)
  switch (keyword) {
    case 'type':
      return error.replace(/^Instance type "(\w+)" is invalid\. Expected "(.*)"\.$/s, (_all, found, expected) => {
        return `It must be ${String(expected).split('", "').join(' or ')}, not ${String(found)}`
      })
    case 'required':
    case 'dependentRequired':
      return `The field "${name}" is missing`
    case 'minimum':
      return `It must be at least ${bound}`
    case 'maximum':
      return `It must be at most ${bound}`
    case 'exclusiveMinimum':
      return `It must be more than ${bound}`
    case 'exclusiveMaximum':
      return `It must be less than ${bound}`
    case 'multipleOf':
      return `It must be a multiple of ${bound}`
    case 'format':
      return `It does not match the format ${name}`
    default:
      return 'It does not match the schema'
  }
}

/** Converts the JSON Pointer of a value in a report of cfworker to its path. */
export function toPath(pointer: string, value: unknown): readonly (string | number)[] {
  let here: unknown = value
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
      const isIndex = Array.isArray(here)
      here = (Object(here) as Readonly<Record<string, unknown>>)[key]
      return isIndex ? Number(key) : key
    })
}
