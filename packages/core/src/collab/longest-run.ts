/** Returns the indexes of a longest ascending subsequence: the items that need no move. O(n log n). */
export function longestAscending(values: readonly number[]): ReadonlySet<number> {
  // tails[n]: index of the smallest value that ends an ascending run of n + 1.
  const tails: number[] = []
  const previous: (number | undefined)[] = []
  for (const [index, value] of values.entries()) {
    let low = 0
    for (let high = tails.length; low < high; ) {
      const middle = (low + high) >> 1
      if ((values[tails[middle] as number] as number) < value) low = middle + 1
      else high = middle
    }
    previous.push(tails[low - 1])
    tails[low] = index
  }
  const run = new Set<number>()
  for (let index = tails.at(-1); index !== undefined; index = previous[index]) run.add(index)
  return run
}
