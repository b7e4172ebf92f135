import { DRAFT_LIMITS } from '@tenon/core/collab'
import * as Y from 'yjs'
import { frameInvalid } from './frames.ts'
import { checkContent } from './guard-content.ts'
import { createLocator } from './locate-struct.ts'

/** Effect that an update from a client would have on a document. */
export type UpdateVerdict =
  /** Everything in it is known already. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'change'; readonly clientIds: readonly number[] }
  /** It builds on something that has not arrived; applied now, it would lie in wait. */
  | { readonly kind: 'missing' }

type Decoded = ReturnType<typeof Y.decodeUpdate>

/** Far above any real document; keeps clocks where arithmetic is exact. */
const MAX_CLOCK = 2 ** 40
const MAX_STRUCT_LENGTH = 2 ** 24

/**
 * Reads an update before it is applied, since Yjs itself trusts every sender: which roots it writes to, what kinds of
 * content it brings, how deep it nests, under which client ids it speaks, what it deletes.
 *
 * Deletions ahead of a client's clock are refused: Yjs would keep them and swallow what that client writes next.
 *
 * @throws {@link TenonError} `COLLAB_FRAME_INVALID` for what no client of a draft may send.
 */
export function inspectUpdate(ydoc: Y.Doc, update: Uint8Array): UpdateVerdict {
  if (update.byteLength > DRAFT_LIMITS.updateBytes) throw frameInvalid('The update is too large')
  const decoded = decode(update)
  const ends = new Map<number, number>()
  const writers = new Set<number>()
  for (const struct of decoded.structs) {
    const { client, clock } = struct.id
    if (!isSoundRange(clock, struct.length)) throw frameInvalid('A clock is out of range')
    const known = ends.get(client) ?? Y.getState(ydoc.store, client)
    if (struct instanceof Y.Skip || clock > known) return { kind: 'missing' }
    if (clock + struct.length > known) writers.add(client)
    ends.set(client, Math.max(known, clock + struct.length))
  }
  const stateOf = (client: number) => ends.get(client) ?? Y.getState(ydoc.store, client)
  if (!areDeletionsKnown(decoded, stateOf)) return { kind: 'missing' }
  if (writers.size === 0 && areAllDeleted(ydoc, decoded)) return { kind: 'nothing' }
  checkMetaIsKept(ydoc, decoded)
  return checkStructs(ydoc, decoded, stateOf) ? { kind: 'change', clientIds: [...writers] } : { kind: 'missing' }
}

function decode(update: Uint8Array): Decoded {
  try {
    return Y.decodeUpdate(update)
  } catch (cause) {
    throw frameInvalid('The update cannot be read', cause)
  }
}

function isSoundRange(clock: number, length: number): boolean {
  return clock >= 0 && length > 0 && length <= MAX_STRUCT_LENGTH && clock + length <= MAX_CLOCK
}

function checkStructs(ydoc: Y.Doc, { structs }: Decoded, stateOf: (client: number) => number): boolean {
  const locate = createLocator(ydoc, structs, stateOf)
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue
    if (struct.id.clock + struct.length <= Y.getState(ydoc.store, struct.id.client)) continue
    const position = locate(struct)
    if (position === null) return false
    checkContent(struct, position)
  }
  return true
}

function areDeletionsKnown({ ds }: Decoded, stateOf: (client: number) => number): boolean {
  for (const [client, ranges] of ds.clients) {
    const state = stateOf(client)
    for (const { clock, len } of ranges) {
      if (!isSoundDeletion(clock, len)) throw frameInvalid('A deletion is out of range')
      if (clock + len > state) return false
    }
  }
  return true
}

function isSoundDeletion(clock: number, length: number): boolean {
  return clock >= 0 && length > 0 && clock + length <= MAX_CLOCK
}

function areAllDeleted(ydoc: Y.Doc, { ds }: Decoded): boolean {
  for (const [client, ranges] of ds.clients) {
    const structs = ydoc.store.clients.get(client) ?? []
    for (const { clock, len } of ranges) {
      for (let index = Y.findIndexSS(structs, clock); index < structs.length; index += 1) {
        const struct = structs[index]
        if (struct === undefined || struct.id.clock >= clock + len) break
        if (!struct.deleted) return false
      }
    }
  }
  return true
}

/** `meta` belongs to the server; writing to it is refused with the roots, deleting from it here. */
function checkMetaIsKept(ydoc: Y.Doc, { ds }: Decoded): void {
  const meta = ydoc.share.get('meta')
  for (const item of meta?._map.values() ?? []) {
    const { client, clock } = item.id
    const hit = ds.clients
      .get(client)
      ?.some((range) => range.clock < clock + item.length && clock < range.clock + range.len)
    if (hit === true) throw frameInvalid('Clients do not write to meta')
  }
}
