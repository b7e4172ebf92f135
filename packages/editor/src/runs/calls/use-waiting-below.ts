import type { WaitingRun } from '@tenon/core/client'
import type { NodeRunId } from '@tenon/core/run'
import { useCallback, useMemo, useRef } from 'react'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { useWaitingRuns } from './use-waiting-runs.ts'

/** Runs that wait for people, by the node run through which they were started; those that need a fix first. */
export type WaitingBelow = ReadonlyMap<NodeRunId, readonly WaitingRun[]>

const NOTHING: WaitingBelow = new Map()

const selectHasChild = ({ live }: RunSnapshot) => [...live.nodeRuns.values()].some(({ child }) => child !== null)
const selectIsLive = ({ cursor }: RunSnapshot) => cursor === null

/** The runs below a run that wait for people, as a value to render and as a stable function for the cards. */
interface WaitingBelowNow {
  readonly below: WaitingBelow
  readonly readBelow: () => WaitingBelow
}

/** Returns the runs below a run that wait for people, live; none while an earlier moment of the run is shown. */
export function useWaitingBelow({ client, runId, store }: RunScope): WaitingBelowNow {
  const hasChild = useRunPart(store, selectHasChild)
  const isLive = useRunPart(store, selectIsLive)
  const waiting = useWaitingRuns(client, hasChild ? runId : null)
  const below = useMemo(() => (isLive ? byNodeRun(waiting) : NOTHING), [isLive, waiting])
  const latest = useRef(below)
  latest.current = below
  const readBelow = useCallback(() => latest.current, [])
  return { below, readBelow }
}

function byNodeRun(waiting: readonly WaitingRun[]): WaitingBelow {
  const below = new Map<NodeRunId, WaitingRun[]>()
  const parkedFirst = [...waiting].sort((a, b) => Number(b.kind === 'parked') - Number(a.kind === 'parked'))
  for (const run of parkedFirst) {
    if (run.nodeRunId === null) continue
    const known = below.get(run.nodeRunId)
    if (known === undefined) below.set(run.nodeRunId, [run])
    else known.push(run)
  }
  return below
}
