import type { TenonClient } from '@tenon/core/client'
import type { NodeId } from '@tenon/core/document'
import { idleNodeRun, isRunOver, type NodeRunId, type NodeRunView, nodeRunIdOf } from '@tenon/core/run'
import { useCallback, useEffect, useMemo, useReducer, useSyncExternalStore } from 'react'
import type { NodeDirectory } from './node-directory.ts'
import { createRunStore, momentOf, type RunSnapshot, type RunStore } from './run-store.ts'
import { shownNodeRunId } from './shown-items.ts'

/**
 * Streams one run while mounted.
 *
 * @param client - Client of the server, created outside of render functions; another client opens another stream.
 */
export function useRun(client: TenonClient, runId: string): RunStore {
  const store = useMemo(() => createRunStore({ client, runId }), [client, runId])
  useEffect(() => store.start(), [store])
  return store
}

/** Returns the snapshot of the run; renders at most once per frame. */
export function useRunSnapshot(store: RunStore): RunSnapshot {
  return useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot)
}

/** Selects whether the log of the run is too long to be loaded for what is shown. */
export const selectIsPartial = (snapshot: RunSnapshot) => snapshot.isPartial

/** Loads the log of a long run, for a part that shows it; does nothing with `false`. */
export function useWholeLog(store: RunStore, isShown: boolean): void {
  const isPartial = useRunPart(store, selectIsPartial)
  useEffect(() => {
    if (isPartial && isShown) store.loadLog()
  }, [store, isPartial, isShown])
}

/** Returns one node run; renders only if it changes. */
export function useNodeRunView(store: RunStore, nodeRunId: string): NodeRunView {
  const idle = useMemo(() => idleNodeRun(nodeRunId), [nodeRunId])
  const read = useCallback(() => store.snapshot().view.nodeRuns.get(nodeRunId) ?? idle, [store, nodeRunId, idle])
  return useSyncExternalStore(store.subscribe, read, read)
}

/** Returns the id of the run of a node that is shown: that of the shown item of each loop around it. */
export function useShownNodeRunId(store: RunStore, nodes: NodeDirectory, nodeId: NodeId): NodeRunId {
  // A node that has not run in a loop yet has no run of that id, and is shown as idle.
  const read = useCallback(
    () => shownNodeRunId(store.snapshot(), nodes, nodeId) ?? nodeRunIdOf(nodeId, []),
    [store, nodes, nodeId],
  )
  return useSyncExternalStore(store.subscribe, read, read)
}

/** Returns a part of the run; renders only if the result of `select` changes. `select` must be stable. */
export function useRunPart<Part>(store: RunStore, select: (snapshot: RunSnapshot) => Part): Part {
  const read = useCallback(() => select(store.snapshot()), [store, select])
  return useSyncExternalStore(store.subscribe, read, read)
}

const isMoving = (snapshot: RunSnapshot) => snapshot.cursor === null && !isRunOver(snapshot.view.status)

/**
 * Returns the end of open bars and counters; renders at the given interval while the run is in progress.
 *
 * @param intervalMs - Interval in milliseconds; long waits need few renders.
 */
export function useRunMoment(store: RunStore, intervalMs: number): number {
  const isOn = useRunPart(store, isMoving)
  const [, tick] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    if (!isOn) return
    const timer = setInterval(tick, intervalMs)
    return () => clearInterval(timer)
  }, [isOn, intervalMs])
  return momentOf(store, store.snapshot())
}
