import type { JsonObject, JsonSchema } from '../json.ts'
import type { Path } from './faults.ts'

/** Named parts of a JSON Schema, by their names. */
export type Definitions = Map<string, JsonSchema>

/**
 * Parser of one part of the document grammar: checks a value and returns a copy. Throws `DOCUMENT_MALFORMED` with the
 * path of the fault.
 */
export interface Parser<Value> {
  (value: unknown, path: Path): Value
  /** Returns the same rules as a JSON Schema (draft 2020-12); named parts are added to `definitions`. */
  readonly schemaIn: (definitions: Definitions) => JsonObject
}

/** Combines a parser and the JSON Schema with the same rules. */
export function grammar<Value>(
  parse: (value: unknown, path: Path) => Value,
  schemaIn: Parser<Value>['schemaIn'],
): Parser<Value> {
  return Object.assign(parse, { schemaIn })
}

/** Names a part, so that schemas refer to it instead of repeating it. */
export function named<Value>(name: string, parse: Parser<Value>): Parser<Value> {
  return grammar(
    (value, path) => parse(value, path),
    (definitions) => {
      if (!definitions.has(name)) {
        // Reserved first, so that a part can refer to itself.
        definitions.set(name, true)
        definitions.set(name, parse.schemaIn(definitions))
      }
      return { $ref: `#/$defs/${name}` }
    },
  )
}

/**
 * Returns the JSON Schema of a part. It expresses every check of the parser except the nesting of JSON values.
 *
 * @returns The schema, with its named parts under `$defs`.
 */
export function jsonSchemaOf(parse: Parser<unknown>): JsonObject {
  const definitions: Definitions = new Map()
  const schema = parse.schemaIn(definitions)
  const own = typeof schema.$ref === 'string' ? schema.$ref.slice('#/$defs/'.length) : ''
  const root = (definitions.get(own) ?? schema) as JsonObject
  definitions.delete(own)
  return definitions.size === 0 ? root : { ...root, $defs: Object.fromEntries(definitions) as JsonObject }
}
