import { type Bits, createBits, firstCommonBit, hasBit, lastCommonBit, setBit } from './bits.ts'
import type { Exit, FlowNode } from './flow-node.ts'
import type { Meter } from './meter.ts'

/** A node that may add a key to the input of later nodes, with the exits by which it does. */
export interface KeyOwner {
  readonly node: FlowNode
  /** Exits by which the key is added, ascending. */
  readonly exits: readonly Exit[]
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

/** Owners of one key by rank, searched for those that come before a node. */
export class OwnerList {
  #owners: { readonly node: FlowNode; exits: Exit[] }[] = []
  readonly #nodeCount: number
  readonly #meter: Meter
  // A long list is also kept as a set: intersecting it with the ancestors costs less than iterating over it.
  #index: { readonly ranks: Bits; readonly byRank: Map<number, KeyOwner> } | null = null

  constructor(nodeCount: number, meter: Meter) {
    this.#nodeCount = nodeCount
    this.#meter = meter
  }

  /** All owners, ascending. */
  get owners(): readonly KeyOwner[] {
    return this.#owners
  }

  /** Adds an exit; exits must be added in ascending order. */
  add(exit: Exit): void {
    const last = this.#owners.at(-1)
    if (last?.node === exit.node) {
      const [first] = last.exits
      // Conditions have two exits, and the first `push` would reserve many more.
      if (last.exits.length === 1) last.exits = [first as Exit, exit]
      else last.exits.push(exit)
      return
    }
    const owner = { node: exit.node, exits: [exit] }
    // Most keys have one owner. `[x]` reserves one slot; the first `push` to an empty list reserves many.
    if (last === undefined) this.#owners = [owner]
    else this.#owners.push(owner)
    this.#enter(owner)
  }

  #enter(owner: KeyOwner): void {
    if (this.#index !== null) {
      setBit(this.#index.ranks, owner.node.rank)
      this.#index.byRank.set(owner.node.rank, owner)
    } else if (this.owners.length > this.#words) {
      this.#index = { ranks: createBits(this.#nodeCount), byRank: new Map() }
      for (const each of this.owners) this.#enter(each)
    }
  }

  get #words(): number {
    return (this.#nodeCount + 31) >>> 5
  }

  /** Returns the last owner before the node whose rank is below `end`; `null` if there is none. */
  lastBefore({ ancestors }: FlowNode, end: number): KeyOwner | null {
    const index = this.#index
    if (index !== null) {
      const rank = lastCommonBit(index.ranks, ancestors, end)
      this.#spendWords(rank, end)
      return rank === -1 ? null : (index.byRank.get(rank) as KeyOwner)
    }
    for (let at = countBelow(this.#owners, end) - 1; at >= 0; at--) {
      this.#meter.spend(1)
      const owner = this.#owners[at] as KeyOwner
      if (hasBit(ancestors, owner.node.rank)) return owner
    }
    return null
  }

  /** Returns the first owner before the node whose rank is at least `from`; `null` if there is none. */
  firstBefore({ ancestors, rank }: FlowNode, from: number): KeyOwner | null {
    const index = this.#index
    if (index !== null) {
      const found = firstCommonBit(index.ranks, ancestors, from)
      this.#spendWords(from, found === -1 ? this.#nodeCount : found)
      return found === -1 ? null : (index.byRank.get(found) as KeyOwner)
    }
    const end = countBelow(this.#owners, rank)
    for (let at = countBelow(this.#owners, from); at < end; at++) {
      this.#meter.spend(1)
      const owner = this.#owners[at] as KeyOwner
      if (hasBit(ancestors, owner.node.rank)) return owner
    }
    return null
  }

  /** Counts the words between two ranks, and the owner that was found there. */
  #spendWords(from: number, to: number): void {
    this.#meter.spend(1)
    this.#meter.spendWords(1 + (to >> 5) - (from >> 5))
  }
}
