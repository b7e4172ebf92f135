import { lowestBit } from './bitset.ts'
import { itemAt } from './lookup.ts'

/** A set of positions that finds the next member without visiting those in between. */
export interface BitTree {
  add(position: number): void
  remove(position: number): void
  has(position: number): boolean
  /** Returns the smallest member ≥ `position`; -1 if there is none. */
  next(position: number): number
}

/**
 * Creates an empty set for the positions 0 to `size` - 1. Each word of a level represents 32 words of the one below.
 */
export function createBitTree(size: number): BitTree {
  const levels: number[][] = []
  for (let length = Math.max(1, size); levels.length === 0 || length > 1; ) {
    length = Math.ceil(length / 32)
    levels.push(new Array<number>(length).fill(0))
  }
  const bottom = itemAt(levels, 0)

  function descend(level: number, position: number): number {
    let found = position
    for (let below = level - 1; below >= 0; below -= 1) {
      found = found * 32 + lowestBit(itemAt(itemAt(levels, below), found))
    }
    return found
  }

  return {
    add(position) {
      let at = position
      for (const words of levels) {
        const before = itemAt(words, at >> 5)
        words[at >> 5] = before | (1 << (at & 31))
        if (before !== 0) return
        at >>= 5
      }
    },
    remove(position) {
      let at = position
      for (const words of levels) {
        const after = itemAt(words, at >> 5) & ~(1 << (at & 31))
        words[at >> 5] = after
        if (after !== 0) return
        at >>= 5
      }
    },
    has: (position) => (itemAt(bottom, position >> 5) & (1 << (position & 31))) !== 0,
    next(position) {
      let at = position
      for (const [level, words] of levels.entries()) {
        if (at >> 5 >= words.length) return -1
        // Shifting right and left clears the bits below.
        const rest = (itemAt(words, at >> 5) >>> (at & 31)) << (at & 31)
        if (rest !== 0) return descend(level, (at >> 5) * 32 + lowestBit(rest))
        at = (at >> 5) + 1
      }
      return -1
    },
  }
}
