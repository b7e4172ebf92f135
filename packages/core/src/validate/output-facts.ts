import { ERROR_PORT, effectiveOnError } from '../document/ports.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { inlineRefs } from './inline-refs.ts'
import { ANYTHING, asObject, NO_FIELDS, type ObjectFacts, objectFacts } from './schema-facts.ts'
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
  const keys = Object.keys(values)
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map((key) => [key, typeOf(values[key] as Json) as Json])),
    required: keys,
    additionalProperties: false,
  }
}

function describedSchema({ entry, params }: SurveyedNode, port: string, typeOf: TypeOfValue): JsonSchema {
  const output = entry?.outputs[port] ?? entry?.outputs['*']
  if (output === undefined) return true
  if (typeof output === 'boolean' || !('fromParam' in output)) return output
  const name = String(output.fromParam)
  const value = params[name]
  if (output.as === 'values') return isJsonObject(value) ? schemaOfValues(value, typeOf) : { type: 'object' }
  return typeof value === 'boolean' ? value : (asObject(value) ?? true)
}

/** Checks whether a node may be skipped or continue after a failure, both with output `{}`. */
function maybePassed(surveyed: SurveyedNode): boolean {
  const { node, entry } = surveyed
  const policy = { ...entry?.policy, ...node.policy }
  return policy.skipIf !== undefined || (entry !== undefined && effectiveOnError(node, entry) === 'continue')
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

function describedFacts(surveyed: SurveyedNode, port: string, typeOf: TypeOfValue, known: KnownOutputs): OutputFacts {
  const schema = describedSchema(surveyed, port, typeOf)
  const { outputs } = surveyed.entry as NodeManifestEntry
  if (schema !== (outputs[port] ?? outputs['*'])) return factsOf(schema)
  const facts = known.get(schema) ?? factsOf(schema)
  known.set(schema, facts)
  return facts
}

/** Returns the facts about the output of a port. @param typeOf - Types the templates in the node's own params. */
export function outputFacts(
  surveyed: SurveyedNode,
  port: string,
  typeOf: TypeOfValue,
  known: KnownOutputs,
): OutputFacts {
  const { node, entry } = surveyed
  if (node.disabled) return PASSED
  if (port === ERROR_PORT) return FAILED
  if (entry === undefined) return UNDESCRIBED
  const facts = describedFacts(surveyed, port, typeOf, known)
  if (!maybePassed(surveyed)) return facts
  return { schema: { anyOf: [facts.schema as Json, { type: 'object' }] }, adds: withoutPromise(facts.adds) }
}
