import type { TenonClient } from '@tenon/core/client'
import { idleNodeRun, isRunOver, type NodeRunView } from '@tenon/core/run'
import { useCallback, useEffect, useMemo, useReducer, useSyncExternalStore } from 'react'
import { createRunStore, momentOf, type RunSnapshot, type RunStore } from './run-store.ts'

/**
 * Streams one run while mounted.
 *
 * @param client - Kept by the host outside of its render functions; another client opens another stream.
 */
export function useRun(client: TenonClient, runId: string): RunStore {
  const store = useMemo(() => createRunStore({ client, runId }), [client, runId])
  useEffect(() => store.start(), [store])
  return store
}

/** The run at the moment looked at; renders at most once a frame. */
export function useRunSnapshot(store: RunStore): RunSnapshot {
  return useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot)
}

/** One node run; renders only when that one changes. */
export function useNodeRunView(store: RunStore, nodeRunId: string): NodeRunView {
  const idle = useMemo(() => idleNodeRun(nodeRunId), [nodeRunId])
  const read = useCallback(() => store.snapshot().view.nodeRuns.get(nodeRunId) ?? idle, [store, nodeRunId, idle])
  return useSyncExternalStore(store.subscribe, read, read)
}

/** A part of the run; renders only when what `select` answers is another value. `select` must be stable. */
export function useRunPart<Part>(store: RunStore, select: (snapshot: RunSnapshot) => Part): Part {
  const read = useCallback(() => select(store.snapshot()), [store, select])
  return useSyncExternalStore(store.subscribe, read, read)
}

const isMoving = (snapshot: RunSnapshot) => snapshot.cursor === null && !isRunOver(snapshot.view.status)

/**
 * The moment up to which open bars and counters reach; renders anew at the given pace while the run goes on.
 *
 * @param intervalMs - Pace; a long wait needs no ten renders a second.
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
