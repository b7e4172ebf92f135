import { isJsonObject, type Json, type JsonObject, secretParamsOf } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { fieldsOf, type ParamField, resolveSchema } from '../manifest/param-field.ts'

/** Returns the tools in the value of the param; entries that are no objects are shown as empty ones. */
export function toolsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).map((tool) => (isJsonObject(tool) ? tool : {})) : []
}

/** Returns the node types that can be tools, as far as the editor needs to know; validation reports the others. */
export function toolTypes(entries: readonly NodeManifestEntry[]): readonly NodeManifestEntry[] {
  return entries.filter(({ tool, callsFrom }) => tool !== undefined && callsFrom === undefined)
}

/** Returns the params of a tool that an author sets; secrets are none of them. */
export function toolFields({ params }: NodeManifestEntry, path: ParamField['path']): readonly ParamField[] {
  const secrets = secretParamsOf(params)
  return fieldsOf(params, resolveSchema(params, params), path).filter(({ name }) => !secrets.includes(name))
}

/** Checks whether a param can be left to the model. */
export function canBeOpen({ meta, control }: ParamField): boolean {
  return meta.literal !== true && control !== 'connection'
}

/** Creates a tool with an unused name. Params that need a value and take any are left to the model. */
export function newTool(entry: NodeManifestEntry, tools: readonly JsonObject[]): JsonObject {
  const taken = new Set(tools.map(({ name }) => name))
  const base = entry.tool?.name ?? 'tool'
  let name = base
  for (let number = 2; taken.has(name); number += 1) name = `${base}_${number}`
  const open = toolFields(entry, []).filter((field) => field.isRequired && canBeOpen(field))
  return {
    ...{ name, description: '', nodeType: entry.type, typeVersion: entry.version, params: {} },
    open: Object.fromEntries(open.map((field) => [field.name, { description: '' }])),
    approval: entry.effect === 'write' ? 'always' : 'never',
  }
}

/** Returns a tool of which the model gives a param, or the author does. */
export function withOpen(tool: JsonObject, param: string, isOpen: boolean): JsonObject {
  const { [param]: _fixed, ...params } = objectOf(tool.params)
  const { [param]: _open, ...open } = objectOf(tool.open)
  return { ...tool, params, open: isOpen ? { ...open, [param]: { description: '' } } : open }
}

/** Returns a value as an object; empty for any other value. */
export function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
