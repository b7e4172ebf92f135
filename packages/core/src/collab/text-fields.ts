import { nodeTypeKey } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifest } from '../node/definition.ts'

/** Texts below one path of the params that are edited by character, as a tree of keys; `*` matches any item or key. */
export interface TextPaths {
  /** `true` if the value at the path itself is edited by character. */
  readonly isText: boolean
  /** Texts below this path, by key. */
  readonly below: ReadonlyMap<string, TextPaths>
}

/** The texts of each node type that are kept as Y.Text, by `type@version`. */
export type TextFields = ReadonlyMap<string, TextPaths>

const TEXT_CONTROLS: readonly unknown[] = ['text', 'prompt', 'code', 'lookup']
const ANY_KEY = '*'
const MAX_DEPTH = 16
const NO_TEXT: TextPaths = Object.freeze({ isText: false, below: new Map() })

/** For drafts without a manifest: every text is a plain value. */
export const NO_TEXT_FIELDS: TextFields = new Map()

function merge(a: TextPaths, b: TextPaths): TextPaths {
  const below = new Map(a.below)
  for (const [key, paths] of b.below) {
    const known = below.get(key)
    below.set(key, known === undefined ? paths : merge(known, paths))
  }
  return { isText: a.isText || b.isText, below }
}

const holdsText = ({ isText, below }: TextPaths): boolean => isText || below.size > 0

function schemasIn(value: Json | undefined): readonly JsonSchema[] {
  if (Array.isArray(value)) return value.filter(isJsonObject)
  return isJsonObject(value) ? [value] : []
}

function resolveRef(schema: JsonObject, root: JsonObject): readonly JsonSchema[] {
  const name = typeof schema.$ref === 'string' ? /^#\/\$defs\/([^/]+)$/.exec(schema.$ref)?.[1] : undefined
  if (name === undefined || !isJsonObject(root.$defs)) return []
  return schemasIn(root.$defs[name])
}

function isTextSchema({ control, type }: JsonObject): boolean {
  return TEXT_CONTROLS.includes(control) && (type === undefined || type === 'string')
}

function textPathsIn(schema: JsonSchema, root: JsonObject, depth: number): TextPaths {
  if (!isJsonObject(schema as Json) || depth > MAX_DEPTH) return NO_TEXT
  const object = schema as JsonObject
  const below = new Map<string, TextPaths>()
  const add = (key: string, child: JsonSchema): void => {
    const paths = textPathsIn(child, root, depth + 1)
    if (holdsText(paths)) below.set(key, merge(below.get(key) ?? NO_TEXT, paths))
  }
  if (isJsonObject(object.properties)) {
    for (const [key, child] of Object.entries(object.properties)) add(key, child as JsonSchema)
  }
  for (const keyword of ['items', 'prefixItems', 'additionalProperties']) {
    for (const child of schemasIn(object[keyword])) add(ANY_KEY, child)
  }
  const variants = [
    ...['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => schemasIn(object[keyword])),
    ...resolveRef(object, root),
  ]
  return variants
    .map((variant) => textPathsIn(variant, root, depth + 1))
    .reduce(merge, { isText: isTextSchema(object), below })
}

/**
 * Returns the params that are kept as Y.Text: those with the control `text`, `prompt` or `code`, at any depth.
 *
 * Needed to write a draft, not to read one.
 */
export function textFieldsOf(manifest: Pick<NodeManifest, 'nodes'>): TextFields {
  return new Map(
    manifest.nodes.flatMap(({ type, version, params }) => {
      const root = isJsonObject(params as Json) ? (params as JsonObject) : {}
      const paths = textPathsIn(root, root, 0)
      return holdsText(paths) ? [[nodeTypeKey(type, version), paths] as const] : []
    }),
  )
}

/** Returns the texts of a node type; an unknown type has none. */
export function textPathsOf(fields: TextFields, type: string, typeVersion: number): TextPaths {
  return fields.get(nodeTypeKey(type, typeVersion)) ?? NO_TEXT
}

/** Returns the texts below one key or index. */
export function textPathsBelow(paths: TextPaths, key: string | number): TextPaths {
  return (typeof key === 'string' ? paths.below.get(key) : undefined) ?? paths.below.get(ANY_KEY) ?? NO_TEXT
}

/** Returns the keys of an object whose values are texts: they get a Y.Text even without a value. */
export function textKeys(paths: TextPaths): readonly string[] {
  return [...paths.below].flatMap(([key, child]) => (key !== ANY_KEY && child.isText ? [key] : []))
}
