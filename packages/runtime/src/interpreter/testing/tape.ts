/** An infinite source of choices, which shrinks like the list that it begins with. */
export interface Tape {
  /** Returns 0 ≤ choice < `choices`. */
  next(choices: number): number
}

/**
 * Creates a tape that begins with a list and then repeats it, each value with a number added that depends on its
 * position. A play that repeated the same choices might never end: it could cancel a run again and again.
 */
export function tapeOf(values: readonly number[]): Tape {
  let position = 0
  return {
    next(choices) {
      const value = values[position % values.length] ?? 0
      const choice = position < values.length ? value : value + scrambled(position)
      position += 1
      return choice % choices
    },
  }
}

/** Returns a number of 32 bits for a position, without a pattern that a count of choices could meet. */
function scrambled(position: number): number {
  const mixed = Math.imul(position ^ (position >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
