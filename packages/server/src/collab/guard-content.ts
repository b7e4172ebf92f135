import { CLIENT_ROOTS, DRAFT_LIMITS, DRAFT_ROOTS, type DraftRoot } from '@tenon/core/collab'
import { FORBIDDEN_KEYS } from '@tenon/core/document'
import * as Y from 'yjs'
import { frameInvalid } from './frames.ts'
import type { StructPosition } from './locate-struct.ts'

/**
 * Checks one item of an update: where it lands and what it holds.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID`.
 */
export function checkContent(item: Y.Item, position: StructPosition): void {
  // The parent is gone: Yjs turns the item into a tombstone, whatever it holds.
  if (position.root === null) return
  checkPosition(position)
  const { content } = item
  if (content instanceof Y.ContentDeleted || content instanceof Y.ContentString) return
  if (content instanceof Y.ContentAny) {
    for (const value of content.arr) checkValue(value, DRAFT_LIMITS.valueDepth)
  } else if (content instanceof Y.ContentType) {
    checkType(content.type, position)
  } else {
    throw frameInvalid(`A draft holds no ${content.constructor.name}`)
  }
}

function checkPosition({ root, depth, key }: StructPosition): void {
  if (!isClientRoot(root)) throw frameInvalid('The update writes to a root that is not for clients')
  if (depth === 1 && (DRAFT_ROOTS[root] === 'map') !== (key !== null)) {
    throw frameInvalid(`The root ${root} is a ${DRAFT_ROOTS[root]}`)
  }
  if (key !== null && (key.length > DRAFT_LIMITS.keyLength || FORBIDDEN_KEYS.includes(key))) {
    throw frameInvalid('A key is too long or forbidden')
  }
}

function isClientRoot(root: string | null): root is DraftRoot {
  return CLIENT_ROOTS.some((allowed) => allowed === root)
}

// By constructor: the XML types are subclasses, and no draft has any.
const SHARED_TYPES: readonly unknown[] = [Y.Map, Y.Array, Y.Text]

function checkType(type: Y.AbstractType<unknown>, { depth }: StructPosition): void {
  if (!SHARED_TYPES.includes(type.constructor)) throw frameInvalid('A draft holds maps, lists and texts only')
  if (depth > DRAFT_LIMITS.typeDepth) throw frameInvalid('The update nests too deep')
}

function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (typeof value !== 'object' || depth <= 0 || !isPlain(value)) throw frameInvalid('A value is no JSON, or too deep')
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth - 1)
    return
  }
  for (const [key, member] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.includes(key)) throw frameInvalid('A key is forbidden')
    checkValue(member, depth - 1)
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null
}
