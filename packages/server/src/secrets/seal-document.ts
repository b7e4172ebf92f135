import { applyOperationsToDraft, type TextFields } from '@tenon/core/collab'
import {
  type DocumentOperation,
  isSecretMarker,
  type Json,
  type NodeId,
  nodeTypeKey,
  type WorkflowDocument,
} from '@tenon/core/document'
import * as Y from 'yjs'
import type { SecretRow } from '../tables/secret-tables.ts'
import { fieldOf, type SecretFields } from './secret-fields.ts'
import type { Seal, SecretTarget } from './secret-store.ts'

type Author = Omit<SecretTarget, 'field'>

/** A value in a document where a marker should be. */
interface PlainSecret {
  readonly nodeId: NodeId
  readonly field: string
  readonly param: string
  /** Null for what is no text, and so no secret. */
  readonly value: string | null
}

/**
 * Replaces the values in secret params by markers, so that no document holds one.
 *
 * @returns The document with markers, and the rows to be stored with it.
 */
export function sealDocument(
  document: WorkflowDocument,
  fields: SecretFields,
  seal: Seal,
  author: Author,
): { readonly document: WorkflowDocument; readonly rows: readonly SecretRow[] } {
  const rows: SecretRow[] = []
  const nodes = document.nodes.map((node) => {
    const names = (fields.get(nodeTypeKey(node.type, node.typeVersion)) ?? []).filter(
      (name) => Object.hasOwn(node.params, name) && !isSecretMarker(node.params[name]),
    )
    if (names.length === 0) return node
    const params: Record<string, Json> = { ...node.params }
    for (const name of names) {
      const value = params[name]
      delete params[name]
      if (typeof value !== 'string' || value === '') continue
      const { marker, row } = seal({ ...author, field: fieldOf(node.type, name) }, value)
      params[name] = { ...marker }
      rows.push(row)
    }
    return { ...node, params }
  })
  return rows.length === 0 && nodes.every((node, index) => node === document.nodes[index])
    ? { document, rows }
    : { document: { ...document, nodes }, rows }
}

/**
 * Replaces the values in secret params of a draft by markers, in one transaction of Yjs, which drops the content of
 * what it deletes: an update that is encoded afterwards does not hold the values.
 *
 * @returns The rows to be stored with it; null if nothing was changed.
 */
export function sealDraft(
  ydoc: Y.Doc,
  { fields, textFields }: { readonly fields: SecretFields; readonly textFields: TextFields },
  seal: Seal,
  author: Author,
): readonly SecretRow[] | null {
  const found = findPlainSecrets(ydoc, fields)
  if (found.length === 0) return null
  const rows: SecretRow[] = []
  const operations = found.map(({ nodeId, field, param, value }): DocumentOperation => {
    if (value === null) return { op: 'unset_param', nodeId, path: [param] }
    const { marker, row } = seal({ ...author, field }, value)
    rows.push(row)
    return { op: 'set_param', nodeId, path: [param], value: { ...marker } }
  })
  applyOperationsToDraft(ydoc, operations, textFields)
  return rows
}

/** Checks whether a draft holds a value where a marker should be. Looks at secret params only, so it costs little. */
export function hasPlainSecrets(ydoc: Y.Doc, fields: SecretFields): boolean {
  return findPlainSecrets(ydoc, fields).length > 0
}

function findPlainSecrets(ydoc: Y.Doc, fields: SecretFields): readonly PlainSecret[] {
  if (fields.size === 0) return []
  const found: PlainSecret[] = []
  for (const [nodeId, node] of ydoc.getMap('nodes')) {
    if (!(node instanceof Y.Map)) continue
    const type = String(node.get('type'))
    const params: unknown = node.get('params')
    const names = fields.get(nodeTypeKey(type, Number(node.get('typeVersion'))))
    if (names === undefined || !(params instanceof Y.Map)) continue
    for (const param of names) {
      const value = plainOf(params.get(param))
      if (value === undefined || isSecretMarker(value)) continue
      const text = typeof value === 'string' && value !== '' ? value : null
      found.push({ nodeId, param, field: fieldOf(type, param), value: text })
    }
  }
  return found
}

function plainOf(value: unknown): unknown {
  if (value instanceof Y.Text) return value.toString()
  return value instanceof Y.AbstractType ? value.toJSON() : value
}
