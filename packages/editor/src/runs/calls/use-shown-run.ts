import type { Run, TenonClient } from '@tenon/core/client'
import { useCallback } from 'react'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'

/** Reads a run, and reads it again when it has changed. */
export function useShownRun(client: TenonClient, runId: string): Resource<Run> {
  const run = useResource<Run>(
    useCallback((abortSignal: AbortSignal) => client.runs.get(runId, { abortSignal }), [client, runId]),
  )
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'run' && id === runId,
    onChange: run.refresh,
  })
  return run
}
