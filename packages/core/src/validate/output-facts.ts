import { ERROR_PORT, effectiveOnError } from '../document/ports.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { eventOutput } from '../node/event-output.ts'
import { ANY_LIST, listOutput } from '../node/list-output.ts'
import { rowsOutput } from '../node/rows-output.ts'
import { inlineRefs } from './inline-refs.ts'
import { ANYTHING, asObject, type FieldFacts, NO_FIELDS, type ObjectFacts, objectFacts } from './schema-facts.ts'
import type { SurveyedNode } from './survey.ts'

/** Schema of the output of an error port. */
const ERROR_SCHEMA: JsonSchema = Object.freeze({
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' }, details: {} },
  required: ['code', 'message'],
  additionalProperties: false,
})

/** Returns the schema of the value at a path of the params, templates included. */
export type TypeOfValue = (value: Json) => JsonSchema

/** Facts about the output of a port. */
export interface OutputFacts {
  readonly schema: JsonSchema
  /** Fields that it adds to the input of later nodes. */
  readonly adds: ObjectFacts
}

/** Returns the schema of an object from its values, such as the output of a `set` node. */
export function schemaOfValues(values: JsonObject, typeOf: TypeOfValue): JsonSchema {
  const properties: Record<string, Json> = {}
  for (const key of Object.keys(values)) properties[key] = typeOf(values[key] as Json) as Json
  return objectSchema(properties)
}

/** Returns the schema of an object that has exactly these properties. */
function objectSchema(properties: Readonly<Record<string, Json>>): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

/** Facts about an object from its values; their schemas have no references, and all of its fields exist. */
class FactsOfValues implements OutputFacts {
  readonly adds: ObjectFacts
  #schema: JsonSchema | null = null

  constructor(values: JsonObject, typeOf: TypeOfValue) {
    const fields = new Map<string, FieldFacts>()
    for (const key of Object.keys(values)) fields.set(key, { schema: typeOf(values[key] as Json), required: true })
    this.adds = { fields, others: 'no' }
  }

  /** Built on first use: most outputs are read by their fields only. */
  get schema(): JsonSchema {
    this.#schema ??= this.#describe()
    return this.#schema
  }

  #describe(): JsonSchema {
    const properties: Record<string, Json> = {}
    for (const [key, { schema }] of this.adds.fields) properties[key] = schema as Json
    return objectSchema(properties)
  }
}

/** Checks whether a node may be skipped or continue after a failure, both with output `{}`. */
function maybePassed(surveyed: SurveyedNode): boolean {
  const { node, entry } = surveyed
  const skipIf = node.policy?.skipIf ?? entry?.policy?.skipIf
  return skipIf !== undefined || (entry !== undefined && effectiveOnError(node, entry) === 'continue')
}

const withoutPromise = ({ fields, others }: ObjectFacts): ObjectFacts => ({
  fields: new Map([...fields].map(([key, field]) => [key, { ...field, required: false }])),
  others,
})

const PASSED: OutputFacts = Object.freeze({ schema: { type: 'object', additionalProperties: false }, adds: NO_FIELDS })
const FAILED: OutputFacts = Object.freeze({ schema: ERROR_SCHEMA, adds: NO_FIELDS })
const UNDESCRIBED: OutputFacts = Object.freeze({ schema: true, adds: ANYTHING })

/** Cache of the facts about output schemas, which the nodes of a type share. */
export type KnownOutputs = Map<JsonSchema, OutputFacts>

function factsOf(schema: JsonSchema): OutputFacts {
  const inlined = inlineRefs(schema)
  return { schema: inlined, adds: objectFacts(inlined) }
}

function describedFacts(
  { outputs }: NodeManifestEntry,
  params: JsonObject,
  port: string,
  typeOf: TypeOfValue,
  known: KnownOutputs,
): OutputFacts {
  const output = outputs[port] ?? outputs['*']
  if (output === undefined) return UNDESCRIBED
  if (typeof output === 'boolean' || !('fromParam' in output)) {
    const facts = known.get(output) ?? factsOf(output)
    known.set(output, facts)
    return facts
  }
  const value = params[String(output.fromParam)]
  if (output.as === 'list') return factsOf(listOutput(listType(value === undefined ? true : typeOf(value))))
  if (output.as === 'rows') return factsOf(rowsOutput(value))
  if (output.as !== 'values') {
    const schema = typeof value === 'boolean' ? value : (asObject(value) ?? true)
    return factsOf(output.as === 'event' ? eventOutput(schema) : schema)
  }
  return isJsonObject(value) ? new FactsOfValues(value, typeOf) : factsOf({ type: 'object' })
}

/** Returns a type if it is that of a list, else that of any list. */
function listType(type: JsonSchema): JsonSchema {
  return typeof type === 'object' && type.type === 'array' ? type : ANY_LIST
}

/** Returns the facts about the output of a port. @param typeOf - Types the templates in the node's own params. */
export function outputFacts(
  surveyed: SurveyedNode,
  port: string,
  typeOf: TypeOfValue,
  known: KnownOutputs,
): OutputFacts {
  const { node, entry, params } = surveyed
  // No run begins at a disabled trigger, so references to it are checked as if it were enabled.
  if (node.disabled && entry?.control !== 'trigger') return PASSED
  if (port === ERROR_PORT) return FAILED
  if (entry === undefined) return UNDESCRIBED
  const facts = describedFacts(entry, params, port, typeOf, known)
  if (!maybePassed(surveyed)) return facts
  return { schema: { anyOf: [facts.schema as Json, { type: 'object' }] }, adds: withoutPromise(facts.adds) }
}
