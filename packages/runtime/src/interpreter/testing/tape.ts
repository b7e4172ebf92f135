/** An endless source of choices, which shrinks like the list that it repeats. */
export interface Tape {
  /** 0 ≤ choice < `choices`. */
  next(choices: number): number
}

/** Reads the list over and over. */
export function tapeOf(values: readonly number[]): Tape {
  let place = 0
  return {
    next(choices) {
      // The round is mixed in, so that a short tape does not make the same choices for ever.
      const value = (values[place % values.length] ?? 0) + Math.floor(place / values.length) * 7
      place += 1
      return value % choices
    },
  }
}
