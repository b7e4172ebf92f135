import { type NodeRunId, nodeIdOf, nodeRunIdOf, type RunView } from '@tenon/core/run'
import { useMemo } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot, RunStore } from '../store/run-store.ts'
import { itemPath, loopsOf } from '../store/shown-items.ts'
import { useRunSnapshot } from '../store/use-run.ts'

/**
 * Returns the text for an input that the ledger does not have. That of an inline node is evaluated from the data of the
 * iterations around it, which are not kept after their end.
 *
 * @param emptyText - Text outside of ended iterations.
 */
export function useMissingInputText({ store, nodes }: RunScope, nodeRunId: NodeRunId, emptyText: string): string {
  const t = useTranslate()
  const snapshot = useRunSnapshot(store)
  return useMemo(() => {
    const path = itemPath(nodeRunId)
    const loops = loopsOf(nodes, nodeIdOf(nodeRunId))
    const ended = loops.findLast((loopId, depth) => {
      const index = path[depth]
      return index !== undefined && hasEnded(snapshot, store.entries, nodeRunIdOf(loopId, path.slice(0, depth)), index)
    })
    if (ended === undefined) return emptyText
    const { name, loop } = nodes.get(ended)
    return t('runs.loop.notKept', { kind: loop ?? 'list', name })
  }, [snapshot, store, nodes, nodeRunId, emptyText, t])
}

/** Checks whether an iteration has ended by the whole log, also while an earlier event is selected. */
function hasEnded(
  { live, isPartial }: Pick<RunSnapshot, 'live' | 'isPartial'>,
  entries: RunStore['entries'],
  loopRunId: NodeRunId,
  index: number,
): boolean {
  // The iterations of a loop that was canceled have no end of their own in the log.
  if ((live.nodeRuns.get(loopRunId)?.endedAt ?? null) !== null) return true
  // The log of a long run is not loaded: an iteration without an open node run has ended.
  if (isPartial) return !hasOpenRun(live, loopRunId, index)
  return entries.some(
    (entry) => entry.type === 'iteration_ended' && entry.nodeRunId === loopRunId && entry.data.index === index,
  )
}

function hasOpenRun({ nodeRuns }: RunView, loopRunId: NodeRunId, index: number): boolean {
  const path = [...itemPath(loopRunId), index]
  return [...nodeRuns.values()].some(({ nodeRunId, endedAt }) => {
    const own = itemPath(nodeRunId)
    return endedAt === null && path.every((part, depth) => own[depth] === part)
  })
}
