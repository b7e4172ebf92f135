import type { FrameContext } from './context.ts'
import { cancelNodeRun } from './ending.ts'
import { close } from './finish-node.ts'
import { itemAt } from './lookup.ts'
import { PHASE } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * Returns the nodes that lose when a join fires: all unfinished nodes whose every path leads through this join. Each
 * node is found at most once in a run, since losers are removed from the contenders.
 */
export function findLosers(context: FrameContext, join: number): readonly number[] {
  const { contenders, index, undoLog } = context
  const { first, last, nodeAt: nodeAtPosition } = index.postDominators()
  const losers: number[] = []
  let position = contenders.next(itemAt(first, join) + 1)
  while (position !== -1 && position <= itemAt(last, join)) {
    undoLog.visit()
    losers.push(itemAt(nodeAtPosition, position))
    position = contenders.next(position + 1)
  }
  return losers.sort((a, b) => a - b)
}

/** Returns the losers that run or wait, which are canceled. */
export function openAmong({ state }: FrameContext, losers: readonly number[]): readonly number[] {
  return losers.filter((node) => itemAt(state.phases, node) === PHASE.open)
}

/** Cancels the losers that run, ends those that wait, and skips those that have not started. */
export function dropLosers(context: FrameContext, turn: Turn, losers: readonly number[]): void {
  const { state, undoLog } = context
  for (const node of losers) {
    if (itemAt(state.phases, node) === PHASE.open) {
      cancelNodeRun(context, turn, turn.following, { node, reason: 'loser' })
      continue
    }
    close(context, node)
    if (state.held.has(node)) undoLog.deleteEntry(state.held, node)
    turn.skipped.loser.push(node)
  }
}
