import * as Y from 'yjs'
import { canonicalJson } from '../document/json-values.ts'
import type { KeyOrder } from '../document/key-order.ts'
import type { Annotation, WorkflowDocument, WorkflowEdge, WorkflowNode, WorkflowVariable } from '../document/types.ts'
import type { Json } from '../json.ts'
import { mapRoot, positionsRoot } from './draft-roots.ts'
import { orderKeys } from './order-keys.ts'
import { type TextFields, textPathsOf } from './text-fields.ts'
import { sharedMap } from './write-value.ts'

/** Copies a JSON value for Yjs, which stores values by reference and accepts plain objects of its own realm only. */
export function plainCopy(value: unknown): object {
  return canonicalJson(value as Json) as object
}

/**
 * Creates the Y.Map of a node. It has a text for notes from the start, so that two people can begin to type at once.
 */
export function sharedNode(node: WorkflowNode, order: string, fields: TextFields): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('type', node.type)
  map.set('typeVersion', node.typeVersion)
  map.set('name', node.name)
  map.set('order', order)
  if (node.parentId !== undefined) map.set('parentId', node.parentId)
  if (node.disabled === true) map.set('disabled', true)
  if (node.locked === true) map.set('locked', true)
  map.set('notes', new Y.Text(node.notes ?? ''))
  map.set('params', sharedMap(node.params, textPathsOf(fields, node.type, node.typeVersion)))
  map.set('policy', new Y.Map(Object.entries(plainCopy(node.policy ?? {}))))
  map.set('keyOrder', sharedKeyOrder(node.keyOrder))
  return map
}

/** The key order of a node as its Y.Map, one entry for each object, so that two people can arrange two objects. */
export function sharedKeyOrder(keyOrder: KeyOrder = {}): Y.Map<unknown> {
  return new Y.Map(Object.entries(keyOrder).map(([pointer, keys]) => [pointer, plainCopy(keys)]))
}

/** Returns the entry of a node in the list of positions. */
export function positionEntry({ id, position, size }: Pick<WorkflowNode, 'id' | 'position' | 'size'>): unknown[] {
  const entry = [id, position.x, position.y]
  return size === undefined ? entry : [...entry, size.width, size.height]
}

/** Returns the stored value of an edge. */
export function edgeEntry({ source, sourceHandle, target, targetHandle, points }: WorkflowEdge): unknown {
  const ends = { source, sourceHandle, target, targetHandle }
  return points === undefined || points.length === 0 ? ends : { ...ends, points: plainCopy(points) }
}

/** Returns the stored value of a variable. */
export function variableEntry({ schema, value }: WorkflowVariable, order: unknown): unknown {
  return plainCopy(schema === undefined ? { value, order } : { schema, value, order })
}

/** Creates the Y.Map of an annotation. */
export function sharedAnnotation({ kind, rect, color, text }: Annotation): Y.Map<unknown> {
  const map = new Y.Map<unknown>()
  map.set('kind', kind)
  map.set('rect', plainCopy(rect))
  if (color !== undefined) map.set('color', color)
  map.set('text', new Y.Text(text))
  return map
}

/**
 * Seeds an empty Y.Doc with a document, in one transaction. Servers seed drafts; clients only seed a Y.Doc that they
 * share with no other client.
 *
 * @param fields - From `textFieldsOf(manifest)`: the texts that are edited by character.
 */
export function writeDocument(ydoc: Y.Doc, document: WorkflowDocument, fields: TextFields): void {
  ydoc.transact(() => {
    const meta = mapRoot(ydoc, 'meta')
    meta.set('schemaVersion', document.schemaVersion)
    meta.set('genesis', ydoc.clientID)
    const nodes = mapRoot(ydoc, 'nodes')
    const nodeKeys = orderKeys(document.nodes.length)
    for (const [index, node] of document.nodes.entries()) {
      nodes.set(node.id, sharedNode(node, nodeKeys[index] as string, fields))
    }
    positionsRoot(ydoc).push(document.nodes.map(positionEntry))
    const edges = mapRoot(ydoc, 'edges')
    for (const edge of document.edges) edges.set(edge.id, edgeEntry(edge))
    const variables = mapRoot(ydoc, 'variables')
    const variableKeys = orderKeys(document.variables.length)
    for (const [index, variable] of document.variables.entries()) {
      variables.set(variable.name, variableEntry(variable, variableKeys[index]))
    }
    const annotations = mapRoot(ydoc, 'annotations')
    for (const annotation of document.annotations) annotations.set(annotation.id, sharedAnnotation(annotation))
    const settings = mapRoot(ydoc, 'settings')
    for (const [key, value] of Object.entries(plainCopy(document.settings))) settings.set(key, value)
  })
}
