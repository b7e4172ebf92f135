import * as Y from 'yjs'

/** Position that an item of an update would have in the document. */
export interface StructPosition {
  /** Name of the root; null when the parent has been deleted and collected, so that nothing will come of it. */
  readonly root: string | null
  /** True if the parent is a root; the depth of its children is 1. */
  readonly depth: number
  /** Key in the parent, null in lists and texts. */
  readonly key: string | null
}

const GONE: StructPosition = { root: null, depth: 0, key: null }

type Struct = Y.Item | Y.GC | Y.Skip

/**
 * Finds the position of items that are not in the document yet: by their parent, or, as Yjs writes it for most items, by
 * the neighbour next to them. Follows links through the update and into the document, without recursion.
 *
 * @returns A function that gives null when a link leads nowhere.
 */
export function createLocator(
  ydoc: Y.Doc,
  structs: readonly Struct[],
  stateOf: (client: number) => number,
): (item: Y.Item) => StructPosition | null {
  const byClient = new Map<number, Struct[]>()
  for (const struct of structs) {
    const list = byClient.get(struct.id.client) ?? []
    list.push(struct)
    byClient.set(struct.id.client, list)
  }
  const positions = new Map<Y.Item, StructPosition | null>()
  const rootNames = new Map<Y.AbstractType<unknown>, string>()
  for (const [name, type] of ydoc.share) rootNames.set(type as Y.AbstractType<unknown>, name)

  function structAt(id: Y.ID): Struct | null {
    if (id.clock < Y.getState(ydoc.store, id.client)) return Y.getItem(ydoc.store, id)
    if (id.clock >= stateOf(id.client)) return null
    return findByClock(byClient.get(id.client) ?? [], id.clock)
  }

  /** The position of an item that is in the document. */
  function positionInDocument(item: Y.Item): StructPosition {
    let depth = 1
    let parent = item.parent
    while (parent instanceof Y.AbstractType && parent._item !== null) {
      depth += 1
      parent = parent._item.parent
    }
    const root = parent instanceof Y.AbstractType ? (rootNames.get(parent as Y.AbstractType<unknown>) ?? null) : null
    return root === null ? GONE : { root, depth, key: item.parentSub }
  }

  /** Answers at once, or names the item of the update whose position has to be known first. */
  function step(item: Y.Item): StructPosition | null | { readonly wait: Y.Item; readonly isParent: boolean } {
    // Before it is integrated, an item holds its parent as it was written: a root's name, an id or nothing.
    const written = item.parent as string | Y.ID | null
    if (typeof written === 'string') return { root: written, depth: 1, key: item.parentSub }
    const link = written ?? item.origin ?? item.rightOrigin
    if (link === null) return null
    const isParent = written !== null
    const target = structAt(link)
    if (target === null || target instanceof Y.Skip) return null
    if (target instanceof Y.GC) return GONE
    if (target.id.clock < Y.getState(ydoc.store, target.id.client)) {
      return inherit(item, positionInDocument(target), isParent)
    }
    return { wait: target, isParent }
  }

  return function locate(start) {
    const chain: { readonly item: Y.Item; readonly isParent: boolean }[] = []
    const visited = new Set<Y.Item>()
    let item = start
    let position: StructPosition | null
    for (;;) {
      const known = positions.get(item)
      if (known !== undefined) {
        position = known
        break
      }
      if (visited.has(item)) {
        position = null
        break
      }
      visited.add(item)
      const answer = step(item)
      if (answer === null || !('wait' in answer)) {
        position = answer
        positions.set(item, position)
        break
      }
      chain.push({ item, isParent: answer.isParent })
      item = answer.wait
    }
    for (const link of chain.reverse()) {
      position = position === null ? null : inherit(link.item, position, link.isParent)
      positions.set(link.item, position)
    }
    return position
  }
}

/** A child lies one deeper than its parent; a neighbour shares parent and key. */
function inherit(item: Y.Item, position: StructPosition, isParent: boolean): StructPosition {
  if (position.root === null) return GONE
  return isParent ? { root: position.root, depth: position.depth + 1, key: item.parentSub } : position
}

function findByClock(structs: readonly Struct[], clock: number): Struct | null {
  let left = 0
  let right = structs.length - 1
  while (left <= right) {
    const middle = (left + right) >> 1
    const struct = structs[middle]
    if (struct === undefined) return null
    if (clock < struct.id.clock) right = middle - 1
    else if (clock >= struct.id.clock + struct.length) left = middle + 1
    else return struct
  }
  return null
}
