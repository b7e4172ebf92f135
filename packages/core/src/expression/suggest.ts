const MOST_CANDIDATES = 500
const MOST_LENGTH = 64

/** Counts the insertions, deletions, changes and swaps of neighbours that turn one text into the other. */
function distance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_none, at) => at)
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + change)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) least = Math.min(least, (beforeLast[j - 2] as number) + 1)
      row.push(least)
    }
    beforeLast = last
    last = row
  }
  return last[to.length] as number
}

/**
 * Finds the candidate that a person most likely meant, for a "did you mean" hint. Ignores letter case; a candidate is
 * near if it begins with the text, or differs from it by at most one letter in three.
 *
 * @param written - Text that is not a candidate; a text of more than 64 UTF-16 units has no match.
 * @param candidates - Only the first 500 are compared.
 * @returns The nearest candidate, the first of several, or `null` if none is near.
 */
export function nearest(written: string, candidates: readonly string[]): string | null {
  const sought = written.toLowerCase()
  const most = sought.length < 3 ? 0 : Math.max(1, Math.floor(sought.length / 3))
  if (sought.length > MOST_LENGTH) return null
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates.slice(0, MOST_CANDIDATES)) {
    const name = candidate.toLowerCase()
    if (name.length > MOST_LENGTH) continue
    const slips = sought.length >= 3 && name.startsWith(sought) ? 1 : distance(sought, name)
    if (slips <= most && slips < least) {
      best = candidate
      least = slips
    }
  }
  return best
}
