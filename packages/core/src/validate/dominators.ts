/**
 * Dominator tree over ranks: the nodes that every path from a root to a node leads through. Each node is a child of its
 * nearest dominator. Grows in the order of ranks; O(log nodes) per query.
 */
export interface Dominators {
  /** Adds the node of the next rank. @param before - Ranks of the nodes that lead to it; none for a root. */
  add(before: readonly number[]): void
  /**
   * Returns the first node on every path to `rank` whose own rank is above `after`; `rank` itself if there is no other.
   */
  firstAfter(rank: number, after: number): number
}

const ROOT = -1

export function createDominators(): Dominators {
  const parents: number[] = []
  const jumps: number[] = []
  const depths: number[] = []
  const parentOf = (rank: number): number => parents[rank] as number
  // Skew-binary jump pointers make every climb cost a logarithm of the depth.
  const jumpOf = (rank: number): number => (rank === ROOT ? ROOT : (jumps[rank] as number))
  const depthOf = (rank: number): number => (rank === ROOT ? 0 : (depths[rank] as number))

  function meet(a: number, b: number): number {
    let [deep, flat] = depthOf(a) >= depthOf(b) ? [a, b] : [b, a]
    while (depthOf(deep) > depthOf(flat)) {
      deep = depthOf(jumpOf(deep)) >= depthOf(flat) ? jumpOf(deep) : parentOf(deep)
    }
    while (deep !== flat) {
      const climb = jumpOf(deep) === jumpOf(flat) ? parentOf : jumpOf
      deep = climb(deep)
      flat = climb(flat)
    }
    return deep
  }

  return {
    add(before) {
      let above = before[0] ?? ROOT
      for (let at = 1; at < before.length; at++) above = meet(above, before[at] as number)
      const over = jumpOf(above)
      const isEven = depthOf(above) - depthOf(over) === depthOf(over) - depthOf(jumpOf(over))
      parents.push(above)
      jumps.push(isEven ? jumpOf(over) : above)
      depths.push(depthOf(above) + 1)
    },
    firstAfter(rank, after) {
      let top = rank
      while (parentOf(top) > after) top = jumpOf(top) > after ? jumpOf(top) : parentOf(top)
      return top
    },
  }
}
