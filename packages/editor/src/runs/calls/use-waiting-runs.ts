import type { TenonClient, WaitingRun } from '@tenon/core/client'
import { useCallback } from 'react'
import { useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'

/** Hints of waits do not say of which tree they are: a tenant with many waits would have each page read all the time. */
const GAP_MS = 2_000

const NONE: readonly WaitingRun[] = Object.freeze([])

/**
 * Returns a run and the runs below it that wait for people, live; empty until they are read.
 *
 * @param runId - `null` reads nothing.
 */
export function useWaitingRuns(client: TenonClient, runId: string | null): readonly WaitingRun[] {
  const load = useCallback(
    async (abortSignal: AbortSignal) =>
      runId === null ? NONE : (await client.runs.waiting(runId, { abortSignal })).items,
    [client, runId],
  )
  const { value, refresh } = useResource(runId === null ? null : load)
  const waiting = value ?? NONE
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) =>
      kind === 'parked' || kind === 'approval' || (kind === 'run' && waiting.some((run) => run.runId === id)),
    onChange: refresh,
    gapMs: GAP_MS,
  })
  return waiting
}
