import type { LogEntry, NodeRunId } from '@tenon/core/run'
import { useEffect, useMemo, useRef } from 'react'
import { type Resource, useResource } from '../../client/use-resource.ts'
import type { NodeLogOptions } from './node-log-cache.ts'
import type { RunScope } from './run-scope.tsx'
import { selectIsPartial, useNodeRunView, useRunPart } from './use-run.ts'

/** Events of one node run. */
export interface NodeLog {
  /** The events; those of the whole run if its log is loaded. */
  readonly entries: readonly LogEntry[]
  /** True before the first events of a long run have been read. */
  readonly isLoading: boolean
  /** The events of a long run, with the failure to read them; `null` if the log of the run is loaded. */
  readonly resource: Resource<readonly LogEntry[]> | null
}

const NO_ENTRIES: readonly LogEntry[] = []
const WITHOUT_ITERATIONS: NodeLogOptions = { iterations: false }

/** Reads the events of one node run, or of none: of a long run by themselves, else with those of the others. */
export function useNodeLog(
  { store, nodeLogs }: Pick<RunScope, 'store' | 'nodeLogs'>,
  nodeRunId: NodeRunId | null,
  options: NodeLogOptions = WITHOUT_ITERATIONS,
): NodeLog {
  const isPartial = useRunPart(store, selectIsPartial)
  const nodeRun = useNodeRunView(store, nodeRunId ?? '')
  const load = useMemo(
    () => (isPartial && nodeRunId !== null ? () => nodeLogs.read(nodeRunId, store.snapshot().lastSeq, options) : null),
    [isPartial, nodeLogs, nodeRunId, store, options],
  )
  const resource = useResource(load)
  const { refresh } = resource
  const shown = useRef(nodeRun)
  // A node run is another object after each of its events.
  useEffect(() => {
    const isChanged = shown.current !== nodeRun && shown.current.nodeRunId === nodeRun.nodeRunId
    shown.current = nodeRun
    if (isPartial && isChanged) refresh()
  }, [isPartial, nodeRun, refresh])
  if (!isPartial) return { entries: store.entries, isLoading: false, resource: null }
  return {
    entries: resource.value ?? NO_ENTRIES,
    isLoading: resource.value === null && resource.error === null,
    resource,
  }
}
