import { readDraft } from '@tenon/core/collab'
import { isJsonObject, type Json } from '@tenon/core/document'
import { MASK, maskDocument } from '@tenon/core/mask'
import type { NodeManifest } from '@tenon/core/node'
import * as Y from 'yjs'

/**
 * Copies a draft for those who may read it only: the same structure, ids and clocks, so that its updates fit those of
 * the draft, with masks instead of credentials. Only content changes, and never its length.
 *
 * @returns A document owned by the caller; nothing must be written to it.
 */
export function maskedCopy(ydoc: Y.Doc, manifest: Pick<NodeManifest, 'nodes'>): Y.Doc {
  const copy = new Y.Doc({ gc: false })
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(ydoc))
  const { document } = readDraft(copy)
  const masked = new Map(maskDocument(document, manifest).nodes.map((node) => [node.id, node.params]))
  for (const [nodeId, node] of copy.getMap('nodes')) {
    const params: unknown = node instanceof Y.Map ? node.get('params') : undefined
    // Values that are not nodes cannot be checked, so all of them are masked.
    if (params instanceof Y.AbstractType) maskType(params, masked.get(nodeId) ?? MASK)
  }
  return copy
}

function maskType(type: Y.AbstractType<unknown>, masked: Json | undefined): void {
  if (type instanceof Y.Text) maskString(type, masked)
  else if (type instanceof Y.Map) {
    for (const [key, item] of type._map) maskItem(item, [isJsonObject(masked) ? masked[key] : MASK])
  } else {
    let index = 0
    for (const item of itemsOf(type)) {
      maskItem(item, Array.isArray(masked) ? masked.slice(index, index + item.length) : [])
      index += item.length
    }
  }
}

/** @param masked - One value for each that the item holds. */
function maskItem(item: Y.Item, masked: readonly (Json | undefined)[]): void {
  const { content } = item
  if (content instanceof Y.ContentType) maskType(content.type, masked[0])
  else if (content instanceof Y.ContentAny) {
    content.arr = content.arr.map((_value, index): Json => (masked[index] === undefined ? MASK : masked[index]))
  }
}

function maskString(text: Y.Text, masked: Json | undefined): void {
  const plain = text.toString()
  if (plain === masked) return
  const shown = (typeof masked === 'string' ? masked : MASK).slice(0, plain.length).padEnd(plain.length, '•')
  let offset = 0
  for (const { content } of itemsOf(text)) {
    if (!(content instanceof Y.ContentString)) continue
    content.str = shown.slice(offset, offset + content.str.length)
    offset += content.str.length
  }
}

function* itemsOf(type: { readonly _start: Y.Item | null }): Generator<Y.Item, void> {
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted) yield item
}
