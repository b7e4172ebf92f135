/** An infinite source of choices, which shrinks like the list that it repeats. */
export interface Tape {
  /** Returns 0 ≤ choice < `choices`. */
  next(choices: number): number
}

/** A prime that divides no number of choices of a play: with a divisor, a choice would be the same in every round. */
const ROUND = 61

/** Creates a tape that repeats a list. */
export function tapeOf(values: readonly number[]): Tape {
  let position = 0
  return {
    next(choices) {
      // The number of the round is mixed in, so that a short tape does not repeat the same choices.
      const value = (values[position % values.length] ?? 0) + Math.floor(position / values.length) * ROUND
      position += 1
      return value % choices
    },
  }
}
