import { type Bits, createBits, hasBit, haveCommonBit, setBit } from './bits.ts'
import type { Exit, FlowNode } from './flow-node.ts'
import type { Meter } from './meter.ts'
import { type KeyOwner, OwnerList } from './owner-list.ts'

/** Index of the nodes that add keys to the input of later ones. */
export interface KeyOwners {
  /** Adds the output of an exit; exits must be added in ascending order. */
  add(exit: Exit): void
  /** Returns all keys that a node is known to add, in the order of insertion. */
  keys(): Iterable<string>
  /** Returns all nodes that add a key, ascending. */
  of(key: string): readonly KeyOwner[]
  /**
   * Returns the last owner that comes before a node; `null` if there is none.
   *
   * @param end - Looks at owners of lower ranks only. @defaultValue the rank of the node
   */
  lastBefore(node: FlowNode, key: string, end?: number): KeyOwner | null
  /**
   * Returns a function that gives one after the other the owners that come before a node and have another type than
   * `type`, ascending; `null` after the last.
   */
  otherwiseBefore(node: FlowNode, key: string, type: string | null): () => KeyOwner | null
  /** Checks whether an exit that certainly adds the key is always taken before the node runs. */
  isSurelyAdded(node: FlowNode, key: string): boolean
}

interface Entry {
  readonly all: OwnerList
  /** Type of the first owner. */
  readonly type: string
  /** Owners by their types; `null` while all are of the first type. */
  byType: Map<string, OwnerList> | null
  sure: Exit[]
  // A long list is also kept as a set.
  sureExits: Bits | null
}

/** Returns a function that gives one after the other the owners of a list that come before a node, ascending. */
function eachBefore(node: FlowNode, list: OwnerList): () => KeyOwner | null {
  let from = 0
  return () => {
    const found = list.firstBefore(node, from)
    from = found === null ? node.rank : found.node.rank + 1
    return found
  }
}

/** Merges the owners of several lists that come before a node, ascending. */
function merged(node: FlowNode, lists: readonly OwnerList[]): () => KeyOwner | null {
  const heads = lists.map((list) => ({ list, next: list.firstBefore(node, 0) }))
  return () => {
    let first: (typeof heads)[number] | null = null
    for (const head of heads) {
      if (head.next !== null && head.next.node.rank < (first?.next?.node.rank ?? Number.POSITIVE_INFINITY)) first = head
    }
    if (first === null) return null
    const found = first.next as KeyOwner
    first.next = first.list.firstBefore(node, found.node.rank + 1)
    return found
  }
}

export function createKeyOwners(nodeCount: number, exitCount: number, meter: Meter): KeyOwners {
  const entries = new Map<string, Entry>()
  const exitWords = (exitCount + 31) >>> 5

  const entryOf = (key: string): Entry => entries.get(key) as Entry

  function addSure(entry: Entry, exit: Exit): void {
    // Most keys have one such exit. `[x]` reserves one slot; the first `push` to an empty list reserves many.
    if (entry.sure.length === 0) entry.sure = [exit]
    else entry.sure.push(exit)
    if (entry.sureExits !== null) setBit(entry.sureExits, exit.index)
    else if (entry.sure.length > exitWords) {
      entry.sureExits = createBits(exitCount)
      for (const { index } of entry.sure) setBit(entry.sureExits, index)
    }
  }

  function addToType(byType: Map<string, OwnerList>, exit: Exit): void {
    const { type } = exit.node.surveyed.node
    const ofType = byType.get(type) ?? new OwnerList(nodeCount, meter)
    byType.set(type, ofType)
    ofType.add(exit)
  }

  function addTo(entry: Entry, exit: Exit): void {
    if (entry.byType === null && exit.node.surveyed.node.type !== entry.type) {
      entry.byType = new Map()
      for (const { exits } of entry.all.owners) for (const each of exits) addToType(entry.byType, each)
    }
    if (entry.byType !== null) addToType(entry.byType, exit)
    entry.all.add(exit)
  }

  return {
    add(exit) {
      for (const [key, { required }] of exit.facts.adds.fields) {
        meter.spend(1)
        const entry = entries.get(key) ?? {
          all: new OwnerList(nodeCount, meter),
          type: exit.node.surveyed.node.type,
          byType: null,
          sure: [],
          sureExits: null,
        }
        entries.set(key, entry)
        addTo(entry, exit)
        if (required) addSure(entry, exit)
      }
    },
    keys: () => entries.keys(),
    of: (key) => entryOf(key).all.owners,
    lastBefore: (node, key, end = node.rank) => entries.get(key)?.all.lastBefore(node, end) ?? null,
    otherwiseBefore(node, key, type) {
      const { all, byType, type: onlyType } = entryOf(key)
      if (type === null || (byType === null && onlyType !== type)) return eachBefore(node, all)
      const others: OwnerList[] = []
      for (const [each, list] of byType ?? []) if (each !== type) others.push(list)
      return merged(node, others)
    },
    isSurelyAdded({ taken }, key) {
      const { sure, sureExits } = entryOf(key)
      if (sureExits === null) {
        // Later exits are more likely to be taken.
        const found = sure.findLast(({ index }) => {
          meter.spend(1)
          return hasBit(taken, index)
        })
        return found !== undefined
      }
      meter.spendWords(exitWords)
      return haveCommonBit(sureExits, taken)
    },
  }
}
