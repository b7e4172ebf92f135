import type { OutputUnit, ValidationResult } from '@cfworker/json-schema'
import type { ProblemIssue } from '../../errors/index.ts'
import { PATTERN_FORMAT } from './prepare-schema.ts'

// These only say that something inside is wrong; what is wrong has an entry of its own.
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
  const: 'It must have the one value that is allowed',
  enum: 'It must be one of the values that are allowed',
  not: 'It must not have this form',
  anyOf: 'It fits none of the forms that are allowed',
  oneOf: 'It must fit exactly one of the forms that are allowed',
  uniqueItems: 'No item may stand twice',
  contains: 'An item that is asked for is missing',
  minContains: 'It has too few items of the kind that is asked for',
  maxContains: 'It has too many items of the kind that is limited',
  minProperties: 'It has too few fields',
  maxProperties: 'It has too many fields',
  minItems: 'It has too few items',
  maxItems: 'It has too many items',
  minLength: 'It is too short',
  maxLength: 'It is too long',
  pattern: 'It does not have the pattern that is asked for',
}

/** Turns cfworker's report into issues: faults only, each once, without the value. */
export function toSchemaIssues(result: ValidationResult, value: unknown): readonly ProblemIssue[] {
  if (result.valid) return []
  const issues = new Map<string, ProblemIssue>()
  const choices: string[] = []
  for (const unit of result.errors) {
    if (WRAPPERS.has(unit.keyword)) continue
    // Why each branch of a choice failed would bury that the choice failed.
    if (choices.some((location) => unit.keywordLocation.startsWith(`${location}/`))) continue
    if (unit.keyword === 'anyOf' || unit.keyword === 'oneOf' || unit.keyword === 'contains')
      choices.push(unit.keywordLocation)
    const issue = toIssue(unit, value)
    issues.set(`${issue.code} ${JSON.stringify(issue.path)} ${issue.message}`, issue)
  }
  return [...issues.values()]
}

function toIssue({ keyword, instanceLocation, error }: OutputUnit, value: unknown): ProblemIssue {
  const code = keyword === 'format' && error.includes(PATTERN_FORMAT) ? 'pattern' : keyword
  return { path: toPath(instanceLocation, value), code, message: MESSAGES[code] ?? describe(code, error) }
}

/** Messages that carry a bound or a name from the schema; the value itself is cut off. */
function describe(keyword: string, error: string): string {
  // What cfworker names last is from the schema; what it names first may be the value.
  const bound = error.replace(/^.* (\S+)\.$/s, '$1')
  const name = error.replace(/^.*"(.*)"\.$/s, '$1')
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
      return `It does not have the format ${name}`
    default:
      return 'It does not fit the schema'
  }
}

function toPath(pointer: string, value: unknown): readonly (string | number)[] {
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
