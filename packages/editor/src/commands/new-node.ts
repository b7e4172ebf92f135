import type { Json, JsonObject, NodeId, Position, WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { fieldsOf, inferControl, type ObjectSchema, type ParamField, resolveSchema } from '../manifest/param-field.ts'

/** Creates a node of a type with its defaults, an unused id and an unused name. */
export function newNode(document: WorkflowDocument, entry: NodeManifestEntry, position: Position): WorkflowNode {
  return {
    id: unusedId(document, entry.type),
    type: entry.type,
    typeVersion: entry.version,
    name: unusedName(document, entry.title),
    params: defaultParams(entry),
    position,
  }
}

/**
 * Creates an id from the node type and a random suffix, since two people who add the same type at the same time must
 * not get the same id.
 */
export function unusedId(document: Pick<WorkflowDocument, 'nodes'>, type: string): NodeId {
  const base = (type.split('/').pop() ?? type).replaceAll(/[^A-Za-z0-9]+/g, '_').slice(0, 40)
  const taken = new Set(document.nodes.map((node) => node.id))
  for (;;) {
    const tail = Math.floor(Math.random() * 36 ** 4)
      .toString(36)
      .padStart(4, '0')
    const id = `${/^[A-Za-z_]/.test(base) ? base : `n_${base}`}_${tail}`
    if (!taken.has(id)) return id
  }
}

/** Returns the name itself, or with the next free number: "HTTP call 2". */
export function unusedName(document: Pick<WorkflowDocument, 'nodes'>, title: string): string {
  const taken = new Set(document.nodes.map((node) => node.name))
  if (!taken.has(title)) return title
  const base = title.replace(/ \d+$/, '')
  let count = 2
  while (taken.has(`${base} ${count}`)) count += 1
  return `${base} ${count}`
}

/** Returns the defaults of the schema, and empty lists for required lists. */
function defaultParams(entry: NodeManifestEntry): JsonObject {
  const schema = resolveSchema(entry.params, typeof entry.params === 'boolean' ? {} : entry.params)
  return defaultsOf(entry.params, schema)
}

/** Returns the defaults of an item of a list or of any object in the params. */
export function defaultsOf(root: NodeManifestEntry['params'], schema: ObjectSchema): JsonObject {
  const params: Record<string, Json> = {}
  for (const field of fieldsOf(root, schema)) {
    const value = defaultOf(root, field)
    if (value !== undefined) params[field.name] = value
  }
  return params
}

/** Returns the value of a new item of a list: its default, else an empty value of its type. */
export function newItemOf(root: NodeManifestEntry['params'], schema: ObjectSchema): Json {
  if (schema.default !== undefined) return schema.default
  switch (inferControl(schema)) {
    case 'group':
      return defaultsOf(root, schema)
    case 'data-values':
    case 'key-value':
      return {}
    case 'list':
      return []
    case 'switch':
      return false
    case 'number':
      return Math.max(Number(schema.minimum ?? 0), 0)
    case 'select':
      return (schema.enum as readonly Json[])[0] ?? null
    default:
      return ''
  }
}

function defaultOf(root: NodeManifestEntry['params'], field: ParamField): Json | undefined {
  if (field.schema.default !== undefined) return field.schema.default
  if (!field.isRequired) return undefined
  if (field.control === 'group') return defaultsOf(root, field.schema)
  if (field.control === 'list' || field.control === 'cases') return []
  return undefined
}
