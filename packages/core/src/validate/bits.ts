/** A set of small numbers. */
export type Bits = Uint32Array

export function createBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5)
}

/** Pool of sets of one size that share memory and are reused, since allocating a set costs more than filling it. */
export interface BitsPool {
  /** Returns a set with the members of `bits`. */
  copy(bits: Bits): Bits
  empty(): Bits
  /** Releases a set that is not read any more. */
  release(bits: Bits): void
}

const SETS_PER_CHUNK = 64

export function createBitsPool(size: number): BitsPool {
  const words = (size + 31) >>> 5
  const free: Bits[] = []
  let chunk = createBits(0)
  let used = 0

  function fresh(): Bits {
    if (used + words > chunk.length) {
      chunk = new Uint32Array(words * SETS_PER_CHUNK)
      used = 0
    }
    used += words
    return chunk.subarray(used - words, used)
  }

  return {
    copy(bits) {
      const copied = free.pop() ?? fresh()
      copied.set(bits)
      return copied
    },
    empty: () => free.pop()?.fill(0) ?? fresh(),
    release: (bits) => void free.push(bits),
  }
}

export function hasBit(bits: Bits, index: number): boolean {
  return (((bits[index >>> 5] as number) >>> (index & 31)) & 1) === 1
}

export function setBit(bits: Bits, index: number): void {
  const word = index >>> 5
  bits[word] = (bits[word] as number) | (1 << (index & 31))
}

export function clearBit(bits: Bits, index: number): void {
  const word = index >>> 5
  bits[word] = (bits[word] as number) & ~(1 << (index & 31))
}

/** Adds the members of `other`. */
export function addBits(bits: Bits, other: Bits): void {
  for (let word = 0; word < bits.length; word++) bits[word] = (bits[word] as number) | (other[word] as number)
}

/** Removes the members that `other` lacks. */
export function keepBits(bits: Bits, other: Bits): void {
  for (let word = 0; word < bits.length; word++) bits[word] = (bits[word] as number) & (other[word] as number)
}

/** Checks whether two sets have a member in common. */
export function haveCommonBit(bits: Bits, other: Bits): boolean {
  for (let word = 0; word < bits.length; word++) if ((bits[word] as number) & (other[word] as number)) return true
  return false
}

/**
 * Lists the members of a set, ascending, whose words are computed one by one and need no memory.
 *
 * @param words - Number of words.
 */
export function bitsIn(words: number, wordAt: (word: number) => number): number[] {
  const found: number[] = []
  for (let word = 0; word < words; word++) {
    for (let rest = wordAt(word); rest !== 0; rest &= rest - 1) found.push(word * 32 + 31 - Math.clz32(rest & -rest))
  }
  return found
}

/** Yields the members, ascending. */
export function bitsOf(bits: Bits): Generator<number> {
  return newBits(bits, createBits(0))
}

/** Yields the members of `bits` that `known` lacks at that moment, ascending. */
export function* newBits(bits: Bits, known: Bits): Generator<number> {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = (bits[word] as number) & ~(known[word] ?? 0); rest !== 0; rest &= rest - 1) {
      yield word * 32 + 31 - Math.clz32(rest & -rest)
    }
  }
}

/** Yields the members of both sets, ascending. */
export function* commonBits(bits: Bits, other: Bits): Generator<number> {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = (bits[word] as number) & (other[word] as number); rest !== 0; rest &= rest - 1) {
      yield word * 32 + 31 - Math.clz32(rest & -rest)
    }
  }
}

/** Returns the first member of both sets from `from`; -1 if there is none. */
export function firstCommonBit(bits: Bits, other: Bits, from: number): number {
  for (let word = from >>> 5; word < bits.length; word++) {
    let both = (bits[word] as number) & (other[word] as number)
    if (word === from >>> 5) both = (both >>> (from & 31)) << (from & 31)
    if (both !== 0) return word * 32 + 31 - Math.clz32(both & -both)
  }
  return -1
}

/** Returns the last member of both sets below `end`; -1 if there is none. */
export function lastCommonBit(bits: Bits, other: Bits, end: number): number {
  for (let word = (end - 1) >> 5; word >= 0; word--) {
    let both = (bits[word] as number) & (other[word] as number)
    if (word === (end - 1) >> 5) both &= 0xffff_ffff >>> (31 - ((end - 1) & 31))
    if (both !== 0) return word * 32 + 31 - Math.clz32(both)
  }
  return -1
}

/** Returns the members from `first` up to but not including `end`, ascending. */
export function bitsBetween(bits: Bits, first: number, end: number): number[] {
  const found: number[] = []
  for (let word = first >>> 5; word * 32 < end; word++) {
    let rest = bits[word] as number
    if (word === first >>> 5) rest = (rest >>> (first & 31)) << (first & 31)
    for (; rest !== 0; rest &= rest - 1) {
      const index = word * 32 + 31 - Math.clz32(rest & -rest)
      if (index >= end) return found
      found.push(index)
    }
  }
  return found
}
