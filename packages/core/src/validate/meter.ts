/** Thrown inside the validator if its budget is used up; callers never get it. */
export class BudgetSpent extends Error {}

/** Counts the work of one validation, so that it has a limit and tests can compare documents of different sizes. */
export interface Meter {
  /** @throws {@link BudgetSpent} once more steps are spent than the budget has. */
  spend(steps: number): void
  /** Counts steps without the limit, for code that must not throw. */
  count(steps: number): void
  /** Counts words of bit sets, 32 nodes each. A word costs a fraction of a step: {@link WORDS_PER_UNIT}. */
  spendWords(words: number): void
  /** Ends the slice if its steps are spent, and begins the next one. @returns True if a pause is due. */
  endSliceIfOver(): boolean
  /** Steps spent so far, words included. */
  readonly steps: number
  readonly words: number
}

/** Words of a bit set that cost as much as one unit of work. */
export const WORDS_PER_UNIT = 16

/**
 * Creates a meter.
 *
 * @param budget - Steps after which the work stops.
 * @param stepsPerSlice - Steps between two pauses.
 */
export function createMeter(budget = Number.POSITIVE_INFINITY, stepsPerSlice = Number.POSITIVE_INFINITY): Meter {
  let steps = 0
  let words = 0
  let sliceBegan = 0
  const total = () => steps + words / WORDS_PER_UNIT
  const check = (): void => {
    if (total() > budget) throw new BudgetSpent()
  }
  return {
    spend(count) {
      steps += count
      check()
    },
    count(some) {
      steps += some
    },
    spendWords(count) {
      words += count
      check()
    },
    endSliceIfOver() {
      if (total() - sliceBegan < stepsPerSlice) return false
      sliceBegan = total()
      return true
    },
    get steps() {
      return total()
    },
    get words() {
      return words
    },
  }
}
