import { canonicalText } from '../document/canonical-json.ts'
import { sha256Hex } from '../document/hash.ts'
import { SECRET_MARKER_SCHEMA, secretParamsOf } from '../document/secret-marker.ts'
import { TenonError } from '../errors/index.ts'
import type { JsonObject, JsonSchema } from '../json.ts'
import type {
  InputDefinition,
  NodeDefinition,
  NodeManifest,
  NodeManifestEntry,
  OutputFromParam,
  OutputSchema,
} from './definition.ts'
import type { AnyNodeImplementation } from './implementation.ts'
import { toJsonSchema } from './json-schema-of.ts'

const DEFAULT_INPUTS: readonly InputDefinition[] = Object.freeze([Object.freeze({ name: 'in' })])

/**
 * Converts node types to the manifest of the editor and the validator: plain JSON, sorted by type and version.
 *
 * Params are described by their input (`io: 'input'`), outputs by their output type. The fields of `.meta()` are beside
 * the schema keywords.
 *
 * @returns A manifest whose `hash` (SHA-256 of its canonical JSON) changes with any of its node types.
 * @throws {@link TenonError} `NODE_DEFINITION_INVALID` for a schema that JSON Schema cannot express, such as a date or
 * a transform; `NODE_TYPE_DUPLICATE` for a duplicate type and version.
 */
export function toManifest(nodeTypes: readonly (NodeDefinition | AnyNodeImplementation)[]): NodeManifest {
  const nodes = nodeTypes
    .map((nodeType) => toManifestEntry('definition' in nodeType ? nodeType.definition : nodeType))
    .sort((a, b) => (a.type === b.type ? a.version - b.version : a.type < b.type ? -1 : 1))
  for (const [index, { type, version }] of nodes.entries()) {
    const next = nodes[index + 1]
    if (next?.type === type && next.version === version) {
      throw new TenonError('NODE_TYPE_DUPLICATE', `Node type "${type}", version ${version}, is registered twice`, {
        details: { type, version },
      })
    }
  }
  return Object.freeze({ hash: sha256Hex(canonicalText(nodes)), nodes: Object.freeze(nodes) })
}

function toManifestEntry(definition: NodeDefinition): NodeManifestEntry {
  const { params, outputs, inputs, inline, ...data } = definition
  return Object.freeze({
    ...data,
    params: withMarkers(toJsonSchema(definition, 'params', params, 'input')),
    inputs: inputs ?? (data.control === 'trigger' ? [] : DEFAULT_INPUTS),
    outputs: Object.fromEntries(
      Object.entries(outputs).map(([port, schema]) => [port, toOutput(definition, port, schema)]),
    ),
    inline: inline === true,
  })
}

/** Replaces the schemas of secret params by that of the marker, which documents hold instead of the secret. */
function withMarkers(schema: JsonSchema): JsonSchema {
  const secrets = secretParamsOf(schema)
  if (secrets.length === 0) return schema
  const { properties, ...rest } = schema as { readonly properties: Readonly<Record<string, JsonObject>> }
  const marked = secrets.map((name) => {
    const { title, description, control, dependsOn, placeholder } = properties[name] as JsonObject
    const meta = Object.entries({ title, description, control, dependsOn, placeholder })
    const given = Object.fromEntries(meta.filter(([, value]) => value !== undefined)) as JsonObject
    return [name, { control: 'password', ...given, ...SECRET_MARKER_SCHEMA }] as const
  })
  return { ...rest, properties: { ...properties, ...Object.fromEntries(marked) } }
}

function toOutput(definition: NodeDefinition, port: string, schema: OutputSchema): JsonSchema | OutputFromParam {
  return 'fromParam' in schema
    ? { fromParam: schema.fromParam, ...(schema.as === undefined ? {} : { as: schema.as }) }
    : toJsonSchema(definition, `outputs.${port}`, schema, 'output')
}
