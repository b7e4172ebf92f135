import { iterationPathOf, type NodeRunView } from '@tenon/core/run'

/** The part of a level of a plan that gives the order. */
interface OrderedLevel {
  readonly nodes: readonly { readonly id: string; readonly children?: OrderedLevel }[]
}

/** Returns the position of each node in its level, after those of the loops around it. */
function ranksOf({ nodes }: OrderedLevel, around: readonly number[], into: Map<string, readonly number[]>): void {
  for (const [index, { id, children }] of nodes.entries()) {
    const ranks = [...around, index]
    into.set(id, ranks)
    if (children !== undefined) ranksOf(children, ranks, into)
  }
}

/**
 * Orders node runs by the document, the iterations of a loop after it: each iteration with its node runs. Those that the
 * plan does not have are last.
 */
export function inDocumentOrder(nodeRuns: readonly NodeRunView[], plan: OrderedLevel | null): readonly NodeRunView[] {
  const ranks = new Map<string, readonly number[]>()
  if (plan !== null) ranksOf(plan, [], ranks)
  const keyed = nodeRuns.map((nodeRun) => {
    const path = iterationPathOf(nodeRun.nodeRunId) ?? []
    const own = ranks.get(nodeRun.nodeId) ?? [Number.POSITIVE_INFINITY]
    return { nodeRun, key: own.flatMap((rank, depth) => [rank, ...path.slice(depth, depth + 1)]) }
  })
  return keyed.sort((left, right) => compareKeys(left.key, right.key)).map(({ nodeRun }) => nodeRun)
}

function compareKeys(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((part, index) => part !== right[index])
  if (at === -1) return left.length - right.length
  const other = right[at]
  return other === undefined ? 1 : (left[at] ?? 0) - other
}
