import type { Schema } from '@cfworker/json-schema'
import { RE2JS } from 're2js'
import { TenonError } from '../../errors/index.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../../json.ts'
import { cutText } from '../../text/index.ts'
import type { JsonFacts } from './json-facts.ts'

const MAX_SCHEMA_DEPTH = 64
const MAX_PATTERN_LENGTH = 1_000
/** Most items for `uniqueItems`, which compares every pair. */
const MAX_UNIQUE_ITEMS = 2_000
const MAX_PATTERN_KEYS = 2_000
/** A schema may be that of a tenant, so its sentences are cut. */
const MAX_SENTENCE_LENGTH = 200

const SINGLE: ReadonlySet<string> = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'propertyNames',
  'items',
  'additionalItems',
  'unevaluatedItems',
  'contains',
  'not',
  'if',
  'then',
  'else',
])
const LISTS: ReadonlySet<string> = new Set(['prefixItems', 'items', 'allOf', 'anyOf', 'oneOf'])
const MAPS: ReadonlySet<string> = new Set(['$defs', 'definitions', 'properties', 'dependentSchemas'])
// `url` takes exponential time in cfworker and is not a standard format.
const FORMATS: ReadonlySet<string> = new Set(
  'date time date-time duration uri uri-reference uri-template email hostname ipv4 ipv6 regex uuid json-pointer relative-json-pointer'.split(
    ' ',
  ),
)
/** Prefix of formats that represent a pattern. */
export const PATTERN_FORMAT = 'tenon-pattern:'

/** Names the format that represents a pattern. */
export const patternFormat = (pattern: Json): string => `${PATTERN_FORMAT}${String(pattern)}`

export interface PreparedSchema {
  readonly schema: Schema
  /** Tests of patterns, by the name of their format. */
  readonly patterns: ReadonlyMap<string, (text: string) => boolean>
  /** Sentences of `patternMessage` beside a pattern, by the name of its format. */
  readonly sentences: ReadonlyMap<string, string>
  /**
   * True if the copy is valid only for values with these facts: a keyword in it depends on keys or on the length of
   * lists.
   */
  readonly isForTheseFacts: boolean
}

/**
 * Copies a schema to a form that is safe to apply: without native regular expressions, and with a call of `onStep` on
 * each application.
 *
 * `pattern` becomes a format that RE2 tests; `patternProperties` becomes `properties` for the keys of the value, which
 * is equivalent.
 */
export function prepareSchema(schema: JsonSchema, facts: JsonFacts, onStep: () => void): PreparedSchema {
  const patterns = new Map<string, (text: string) => boolean>()
  const sentences = new Map<string, string>()
  let isForTheseFacts = false

  const compile = (pattern: Json): { readonly name: string; readonly test: (text: string) => boolean } => {
    const name = patternFormat(pattern)
    const test = patterns.get(name) ?? compilePattern(pattern)
    patterns.set(name, test)
    return { name, test }
  }

  const copy = (source: JsonObject, depth: number): Schema => {
    if (depth > MAX_SCHEMA_DEPTH) throw schemaInvalid(`It is nested deeper than ${MAX_SCHEMA_DEPTH} levels`)
    const target: Record<string, unknown> = {}
    for (const [keyword, value] of Object.entries(source)) {
      const part = copyKeyword(keyword, value, depth)
      if (part !== undefined) target[keyword] = part
    }
    addPattern(target, source)
    addPatternProperties(target, source, depth)
    isForTheseFacts ||= source.uniqueItems === true || isJsonObject(source.patternProperties)
    if (source.uniqueItems === true && facts.longestList > MAX_UNIQUE_ITEMS) {
      throw schemaInvalid(`uniqueItems is for lists of up to ${MAX_UNIQUE_ITEMS} items`)
    }
    // cfworker reads this keyword on each application of a schema; it is not part of draft 2020-12.
    Object.defineProperty(target, '$recursiveAnchor', { enumerable: false, get: () => void onStep() })
    return target
  }

  const copyAny = (source: Json, depth: number): unknown => (isJsonObject(source) ? copy(source, depth + 1) : source)

  const copyKeyword = (keyword: string, value: Json, depth: number): unknown => {
    if (
      keyword === 'pattern' ||
      keyword === 'patternProperties' ||
      keyword === 'id' ||
      keyword.startsWith('$recursive')
    ) {
      return undefined
    }
    if (keyword === 'format') return typeof value === 'string' && FORMATS.has(value) ? value : undefined
    if (LISTS.has(keyword) && Array.isArray(value)) return value.map((item: Json) => copyAny(item, depth))
    if (MAPS.has(keyword) && isJsonObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyAny(item, depth)]))
    }
    return SINGLE.has(keyword) ? copyAny(value, depth) : value
  }

  const addPattern = (target: Record<string, unknown>, source: JsonObject): void => {
    if (source.pattern === undefined) return
    const { name } = compile(source.pattern)
    target.allOf = [...toList(target.allOf), { format: name }]
    const { patternMessage } = source
    if (typeof patternMessage === 'string') sentences.set(name, cutText(patternMessage, MAX_SENTENCE_LENGTH))
  }

  const addPatternProperties = (target: Record<string, unknown>, source: JsonObject, depth: number): void => {
    if (!isJsonObject(source.patternProperties)) return
    const properties = new Map(Object.entries(isJsonObject(source.properties) ? (target.properties as object) : {}))
    for (const [pattern, item] of Object.entries(source.patternProperties)) {
      const { test } = compile(pattern)
      const matching = [...facts.keys].filter(test)
      if (matching.length > MAX_PATTERN_KEYS)
        throw schemaInvalid(`patternProperties is for up to ${MAX_PATTERN_KEYS} keys`)
      for (const key of matching) {
        const before = properties.get(key)
        const added = copyAny(item, depth)
        properties.set(key, before === undefined ? added : { allOf: [before, added] })
      }
    }
    target.properties = Object.fromEntries(properties)
  }

  const prepared = isJsonObject(schema) ? copy(schema, 0) : toSchema(schema)
  return { schema: prepared, patterns, sentences, isForTheseFacts }
}

function toSchema(schema: JsonSchema): Schema {
  if (typeof schema !== 'boolean') throw schemaInvalid('It is neither an object nor true nor false')
  return schema ? {} : { not: {} }
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/**
 * Compiles a pattern to a test that takes linear time.
 *
 * @throws {@link TenonError} `JSON_SCHEMA_INVALID` for a pattern that is too long or uses a feature that RE2 lacks.
 */
function compilePattern(pattern: Json): (text: string) => boolean {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN_LENGTH) {
    throw schemaInvalid(`A pattern must be a text of up to ${MAX_PATTERN_LENGTH} characters`)
  }
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern))
    return (text) => compiled.test(text)
  } catch (cause) {
    throw schemaInvalid('A pattern uses a feature that linear patterns lack, such as look-ahead', cause)
  }
}

function schemaInvalid(why: string, cause?: unknown): TenonError {
  return new TenonError('JSON_SCHEMA_INVALID', `The JSON Schema cannot be used. ${why}`, { cause })
}
