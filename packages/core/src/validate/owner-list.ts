import { type Bits, commonBits, commonBitsDown, createBits, hasBit, setBit } from './bits.ts'
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
  #owners: { readonly node: FlowNode; readonly exits: Exit[] }[] = []
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
      last.exits.push(exit)
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

  /** Returns the last owner before the node; `null` if there is none. */
  lastBefore(node: FlowNode): KeyOwner | null {
    for (const owner of this.#walk(node, true)) return owner
    return null
  }

  /** Yields the owners before the node, ascending. */
  before(node: FlowNode): Iterable<KeyOwner> {
    return this.#walk(node, false)
  }

  /** Yields the owners before the node, descending. */
  beforeDown(node: FlowNode): Iterable<KeyOwner> {
    return this.#walk(node, true)
  }

  *#walk({ ancestors, rank }: FlowNode, isDown: boolean): Generator<KeyOwner> {
    if (this.#index !== null) {
      this.#meter.spendWords(this.#words)
      for (const found of (isDown ? commonBitsDown : commonBits)(this.#index.ranks, ancestors)) {
        this.#meter.spend(1)
        yield this.#index.byRank.get(found) as KeyOwner
      }
      return
    }
    const end = countBelow(this.owners, rank)
    for (let at = 0; at < end; at++) {
      this.#meter.spend(1)
      const owner = this.owners[isDown ? end - 1 - at : at] as KeyOwner
      if (hasBit(ancestors, owner.node.rank)) yield owner
    }
  }
}
