import { itemAt } from './lookup.ts'

/**
 * Post-dominators of all nodes, as an interval for each node: `first` is its own position, and the nodes all of whose
 * paths lead through it have the positions from `first + 1` to `last`.
 */
export interface PostDominators {
  readonly first: readonly number[]
  readonly last: readonly number[]
  /** Node index at each position. */
  readonly nodeAt: readonly number[]
}

/**
 * Builds the post-dominator tree of a graph whose edges all lead from lower to higher indexes; all nodes
 * without successors meet in a virtual exit. O(edges × log nodes).
 */
export function postDominatorsOf(successors: readonly (readonly number[])[]): PostDominators {
  const exit = successors.length
  const parent = new Array<number>(exit + 1).fill(exit)
  // Skew-binary jump pointers make the nearest common ancestor cost a logarithm of the depth.
  const jump = new Array<number>(exit + 1).fill(exit)
  const depth = new Array<number>(exit + 1).fill(0)

  function meet(a: number, b: number): number {
    let [deep, flat] = itemAt(depth, a) >= itemAt(depth, b) ? [a, b] : [b, a]
    while (itemAt(depth, deep) > itemAt(depth, flat)) {
      const far = itemAt(jump, deep)
      deep = itemAt(depth, far) >= itemAt(depth, flat) ? far : itemAt(parent, deep)
    }
    while (deep !== flat) {
      const by = itemAt(jump, deep) === itemAt(jump, flat) ? parent : jump
      deep = itemAt(by, deep)
      flat = itemAt(by, flat)
    }
    return deep
  }

  for (let node = exit - 1; node >= 0; node -= 1) {
    const [start = exit, ...others] = itemAt(successors, node)
    const above = others.reduce(meet, start)
    const over = itemAt(jump, above)
    const even = itemAt(depth, above) - itemAt(depth, over) === itemAt(depth, over) - itemAt(depth, itemAt(jump, over))
    parent[node] = above
    jump[node] = even ? itemAt(jump, over) : above
    depth[node] = itemAt(depth, above) + 1
  }

  const size = new Array<number>(exit + 1).fill(1)
  for (let node = 0; node < exit; node += 1) {
    const above = itemAt(parent, node)
    size[above] = itemAt(size, above) + itemAt(size, node)
  }
  const first = new Array<number>(exit + 1).fill(0)
  const free = new Array<number>(exit + 1).fill(1)
  const nodeAt = new Array<number>(exit + 1).fill(exit)
  for (let node = exit - 1; node >= 0; node -= 1) {
    const above = itemAt(parent, node)
    const position = itemAt(free, above)
    free[above] = position + itemAt(size, node)
    free[node] = position + 1
    first[node] = position
    nodeAt[position] = node
  }
  return { first, last: first.map((position, node) => position + itemAt(size, node) - 1), nodeAt }
}
