import { type Bits, commonBits, commonBitsDown, createBits, hasBit, setBit } from './bits.ts'
import type { Exit, FlowNode } from './data-flow.ts'
import type { Meter } from './meter.ts'

/** A node that may add a key to the input of later nodes, with the exits by which it does. */
export interface KeyOwner {
  readonly node: FlowNode
  /** Exits by which the key is added, ascending. */
  readonly exits: readonly Exit[]
}

/** Owners of one key by rank, searched for those that come before a node. */
export interface OwnerList {
  /** Adds an exit; exits must be added in ascending order. */
  add(exit: Exit): void
  readonly owners: readonly KeyOwner[]
  /** Yields the owners before the node, ascending. */
  before(node: FlowNode): Iterable<KeyOwner>
  /** Yields the owners before the node, descending. */
  beforeDown(node: FlowNode): Iterable<KeyOwner>
}

/** Counts the owners with a rank below `rank`. */
function countBelow(owners: readonly KeyOwner[], rank: number): number {
  let low = 0
  let high = owners.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((owners[middle] as KeyOwner).node.rank < rank) low = middle + 1
    else high = middle
  }
  return low
}

export function createOwnerList(nodeCount: number, meter: Meter): OwnerList {
  const owners: { readonly node: FlowNode; readonly exits: Exit[] }[] = []
  const words = (nodeCount + 31) >>> 5
  // A long list is also kept as a set: intersecting it with the ancestors costs less than iterating over it.
  let index: { readonly ranks: Bits; readonly byRank: Map<number, KeyOwner> } | null = null

  function enter(owner: KeyOwner): void {
    if (index !== null) {
      setBit(index.ranks, owner.node.rank)
      index.byRank.set(owner.node.rank, owner)
    } else if (owners.length > words) {
      index = { ranks: createBits(nodeCount), byRank: new Map() }
      for (const each of owners) enter(each)
    }
  }

  function* walk({ ancestors, rank }: FlowNode, isDown: boolean): Generator<KeyOwner> {
    if (index !== null) {
      meter.spendWords(words)
      for (const found of (isDown ? commonBitsDown : commonBits)(index.ranks, ancestors)) {
        meter.spend(1)
        yield index.byRank.get(found) as KeyOwner
      }
      return
    }
    const end = countBelow(owners, rank)
    for (let at = 0; at < end; at++) {
      meter.spend(1)
      const owner = owners[isDown ? end - 1 - at : at] as KeyOwner
      if (hasBit(ancestors, owner.node.rank)) yield owner
    }
  }

  return {
    add(exit) {
      const last = owners.at(-1)
      if (last?.node === exit.node) {
        last.exits.push(exit)
        return
      }
      const owner = { node: exit.node, exits: [exit] }
      owners.push(owner)
      enter(owner)
    },
    owners,
    before: (node) => walk(node, false),
    beforeDown: (node) => walk(node, true),
  }
}
