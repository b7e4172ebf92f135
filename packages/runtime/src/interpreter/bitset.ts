import { itemAt } from './lookup.ts'

/** Positions from 0 in 32-bit words: 1 bit each, so that the ancestors of every node fit in memory. */
export type Bitset = readonly number[]

const WORD_BITS = 32

export function createBitset(size: number): number[] {
  return new Array<number>(Math.ceil(size / WORD_BITS)).fill(0)
}

export function addBit(bitset: number[], position: number): void {
  const word = position >> 5
  bitset[word] = itemAt(bitset, word) | (1 << (position & 31))
}

/** Adds every position of `other`, which is not longer. */
export function addBits(bitset: number[], other: Bitset): void {
  for (const [word, bits] of other.entries()) bitset[word] = itemAt(bitset, word) | bits
}

/** Checks for a position; positions beyond the end are not members. */
export function hasBit(bitset: Bitset, position: number): boolean {
  const word = position >> 5
  return word < bitset.length && (itemAt(bitset, word) & (1 << (position & 31))) !== 0
}

/** Returns the index of the lowest set bit of a word other than 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** Yields the members, ascending. */
export function* bitsOf(bitset: Bitset): Generator<number> {
  for (const [word, bits] of bitset.entries()) {
    for (let rest = bits; rest !== 0; rest &= rest - 1) yield word * WORD_BITS + lowestBit(rest)
  }
}

/** Yields the members, descending. */
export function* bitsDownOf(bitset: Bitset): Generator<number> {
  for (let word = bitset.length - 1; word >= 0; word -= 1) {
    for (let rest = itemAt(bitset, word); rest !== 0; ) {
      const bit = 31 - Math.clz32(rest)
      yield word * WORD_BITS + bit
      rest &= ~(1 << bit)
    }
  }
}
