import type { NodeId } from '@tenon/core/document'
import { isNodeRunOpen, iterationPathOf, type NodeRunId, type NodeRunView, nodeRunIdOf } from '@tenon/core/run'
import type { NodeDirectory } from './node-directory.ts'
import type { RunSnapshot } from './run-store.ts'

/** Most items of a loop whose node runs the timeline and the log list side by side; of more, only the shown one. */
export const MAX_LISTED_ITEMS = 50

type Shown = Pick<RunSnapshot, 'view' | 'chosenItems'>

/** Returns the indexes of a node run, that of the outermost loop first: `[3, 0]` for `charge#3.0`. */
export function itemPath(nodeRunId: NodeRunId): readonly number[] {
  return iterationPathOf(nodeRunId) ?? []
}

/** Returns the loops around a node, the outermost first. */
export function loopsOf(nodes: NodeDirectory, nodeId: NodeId): readonly NodeId[] {
  const loops: NodeId[] = []
  let at = nodes.get(nodeId).node?.parentId
  while (at !== undefined && !loops.includes(at)) {
    loops.unshift(at)
    at = nodes.get(at).node?.parentId
  }
  return loops
}

/**
 * Returns the index of the item that is shown of one run of a loop: the chosen one, else the last started, and after the
 * end the first that failed, or the one that ended the loop, or the first.
 *
 * @returns `null` before the loop has begun an item.
 */
export function shownItem(loop: NodeRunView | undefined, { chosenItems }: Pick<Shown, 'chosenItems'>): number | null {
  const iterations = loop?.iterations ?? null
  if (loop === undefined || iterations === null || iterations.count === 0) return null
  const chosen = chosenItems.get(loop.nodeRunId)
  if (chosen !== undefined) return Math.min(chosen, iterations.count - 1)
  if (iterations.started === 0) return null
  return isNodeRunOpen(loop) ? iterations.started - 1 : (firstOf(iterations.failed) ?? iterations.stoppedAt ?? 0)
}

/**
 * Returns the id of the run of a node that is shown: that of the shown item of each loop around it.
 *
 * @returns `null` for a node inside a loop that has not begun an item.
 */
export function shownNodeRunId(shown: Shown, nodes: NodeDirectory, nodeId: NodeId): NodeRunId | null {
  const path: number[] = []
  for (const loopId of loopsOf(nodes, nodeId)) {
    const item = shownItem(shown.view.nodeRuns.get(nodeRunIdOf(loopId, path)), shown)
    if (item === null) return null
    path.push(item)
  }
  return nodeRunIdOf(nodeId, path)
}

/** Returns the choice of an item of each loop around a node run, so that this node run is shown. */
export function itemsOf(nodes: NodeDirectory, nodeId: NodeId, nodeRunId: NodeRunId): ReadonlyMap<NodeRunId, number> {
  const path = itemPath(nodeRunId)
  return new Map(
    loopsOf(nodes, nodeId).flatMap((loopId, depth): [NodeRunId, number][] => {
      const item = path[depth]
      return item === undefined ? [] : [[nodeRunIdOf(loopId, path.slice(0, depth)), item]]
    }),
  )
}

/** Checks whether a list of node runs has the one: those of a long loop only for the shown item. */
export function isListed(shown: Shown, nodes: NodeDirectory, nodeId: NodeId, nodeRunId: NodeRunId): boolean {
  const path = itemPath(nodeRunId)
  return loopsOf(nodes, nodeId).every((loopId, depth) => {
    const loop = shown.view.nodeRuns.get(nodeRunIdOf(loopId, path.slice(0, depth)))
    const isShort = (loop?.iterations?.count ?? 0) <= MAX_LISTED_ITEMS
    return isShort || shownItem(loop, shown) === path[depth]
  })
}

/** Returns the failed item after a given one, from the start again behind the last; `null` without a failure. */
export function nextFailed(failed: readonly number[], item: number | null): number | null {
  const ordered = [...failed].sort((a, b) => a - b)
  return ordered.find((index) => item === null || index > item) ?? ordered[0] ?? null
}

function firstOf(failed: readonly number[]): number | undefined {
  return failed.length === 0 ? undefined : Math.min(...failed)
}
