import {
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonSchema,
  type NodeId,
  orderedProperties,
} from '@tenon/core/document'
import type { ScopeSchema } from '@tenon/core/expression'
import type { Translate } from '../messages/format.ts'

/** One value that a field may refer to. */
export interface UpstreamField {
  readonly name: string
  /** 0 for a field of the output itself, 1 for a field inside of it. */
  readonly depth: number
  /** Expression of the value, without braces: `nodes.analyze.output.sentiment`. */
  readonly expression: string
  readonly schema: JsonSchema
  readonly description: string
}

/** Source of values: an earlier node, or a root that all nodes share. */
export interface UpstreamSource {
  readonly kind: 'node' | 'input' | 'trigger' | 'item' | 'vars' | 'error' | 'run'
  readonly nodeId: NodeId | null
  /** Name of the node; `null` for roots, whose names the message catalogue translates. */
  readonly title: string | null
  readonly fields: readonly UpstreamField[]
}

/** Returns the name of a source in the language of the editor. */
export function sourceTitle({ kind, title }: UpstreamSource, t: Translate): string {
  if (kind === 'input') return t('reference.input')
  return title ?? (kind === 'node' ? '' : t(`input.${kind}`))
}

const DEEPEST = 2
const MOST_FIELDS = 200

/**
 * Returns all values that fields of a node can refer to, by source: the item of its loop, then the nodes before it, the
 * nearest first.
 */
export function listUpstream(scope: ScopeSchema): readonly UpstreamSource[] {
  const nodes = Object.entries(propertiesOf(scope.nodes)).map(([nodeId, schema]): UpstreamSource => {
    const output = propertiesOf(schema).output ?? true
    const title = isJsonObject(schema) && typeof schema.title === 'string' ? schema.title : nodeId
    return { kind: 'node', nodeId, title, fields: fieldsIn(output as JsonSchema, `nodes.${nodeId}.output`) }
  })
  const others = (['error', 'vars', 'run'] as const).flatMap((kind): UpstreamSource[] => {
    const schema = scope[kind]
    if (schema === undefined) return []
    const fields = fieldsIn(schema, kind)
    return fields.length === 0 ? [] : [{ kind, nodeId: null, title: null, fields }]
  })
  return [...inputSource(scope), ...itemSource(scope), ...nodes.reverse(), ...others]
}

/** Returns the input of a run for settings of the workflow; the scope of a node has its fields in other sources. */
function inputSource({ input, nodes }: ScopeSchema): readonly UpstreamSource[] {
  const fields = input === undefined || nodes !== undefined ? [] : fieldsIn(input, 'input')
  return fields.length === 0 ? [] : [{ kind: 'input', nodeId: null, title: null, fields }]
}

/** Returns the item of the loop around a node and its index, with the fields of the item; empty outside of loops. */
function itemSource({ item, index }: ScopeSchema): readonly UpstreamSource[] {
  const roots = Object.entries({ item, index }).flatMap(([name, schema]): UpstreamField[] => {
    if (schema === undefined) return []
    const description = isJsonObject(schema) && typeof schema.description === 'string' ? schema.description : ''
    return [{ name, depth: 0, expression: name, schema, description }, ...fieldsIn(schema, name, 1)]
  })
  return roots.length === 0 ? [] : [{ kind: 'item', nodeId: null, title: null, fields: roots }]
}

function fieldsIn(schema: JsonSchema, path: string, depth = 0): UpstreamField[] {
  const fields: UpstreamField[] = []
  for (const [name, property] of orderedProperties(withProperties(schema))) {
    if (fields.length >= MOST_FIELDS) break
    const expression = /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`
    const description = isJsonObject(property) && typeof property.description === 'string' ? property.description : ''
    fields.push({ name, depth, expression, schema: property as JsonSchema, description })
    if (depth < DEEPEST) fields.push(...fieldsIn(property as JsonSchema, expression, depth + 1))
  }
  return fields
}

function propertiesOf(schema: Json | JsonSchema | undefined): JsonObject {
  const { properties } = withProperties(schema)
  return isJsonObject(properties) ? properties : {}
}

/** Returns the schema itself, or its only choice. */
function withProperties(schema: Json | JsonSchema | undefined): JsonObject {
  if (typeof schema !== 'object' || !isJsonObject(schema)) return {}
  if (isJsonObject(schema.properties)) return schema
  const [only, ...more] = Array.isArray(schema.anyOf) ? schema.anyOf : []
  return only !== undefined && more.length === 0 ? withProperties(only) : {}
}
