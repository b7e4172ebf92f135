import { isJsonObject, type Json, type JsonObject, type NodeId } from '@tenon/core/document'
import { splitTemplate } from '../expression-field/template-parts.ts'

/** A quoted text, which is left alone, or `nodes` with the id of a node behind it. */
const QUOTED_OR_NODE =
  /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<!\.\s*)\bnodes\s*(?:\??\.\s*([A-Za-z_]\w*)|(?:\?\.\s*)?\[\s*(["'])([A-Za-z_]\w*)\2\s*\])/g

/** Params whose references to nodes name the new ids; all text that is no reference stays as it is. */
export function followReferences(params: JsonObject, ids: ReadonlyMap<NodeId, NodeId>): JsonObject {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, followIn(value, ids)]))
}

function followIn(value: Json, ids: ReadonlyMap<NodeId, NodeId>): Json {
  if (typeof value === 'string') return value.includes('{{') ? followInTemplate(value, ids) : value
  if (Array.isArray(value)) return value.map((item: Json) => followIn(item, ids))
  return isJsonObject(value) ? followReferences(value, ids) : value
}

function followInTemplate(template: string, ids: ReadonlyMap<NodeId, NodeId>): string {
  return splitTemplate(template)
    .map((part) => {
      const text = template.slice(part.from, part.to)
      return part.kind === 'text' ? text : text.replaceAll(QUOTED_OR_NODE, renamed)
    })
    .join('')

  function renamed(whole: string, plain?: string, _quote?: string, quoted?: string): string {
    const old = plain ?? quoted
    const id = old === undefined ? undefined : ids.get(old)
    if (old === undefined || id === undefined) return whole
    const at = whole.lastIndexOf(old)
    return whole.slice(0, at) + id + whole.slice(at + old.length)
  }
}
