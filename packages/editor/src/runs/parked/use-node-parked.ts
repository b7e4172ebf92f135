import type { ParkedNodeRun, ResolutionRequest } from '@tenon/core/client'
import type { NodeRunId, ParkedView } from '@tenon/core/run'
import { useCallback } from 'react'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { findParked } from './find-parked.ts'
import { type Resolved, resolveParked } from './resolve-parked.ts'

/** A parked node run at the selected moment of its run. */
export interface ShownParked extends ParkedView {
  /** Id for a resolution; `null` while it is not known, and once the node run is resolved or canceled. */
  readonly openId: string | null
}

/** The open wait as the server lists it. */
interface Listed {
  /** `null` if the server does not list it. */
  readonly item: ParkedNodeRun | null
}

export interface NodeParkedControls {
  /** Waits of the node run at the selected moment, oldest first, those that are resolved included. */
  readonly parked: readonly ShownParked[]
  /** State of the search for the id of the open wait. */
  readonly known: Pick<Resource<Listed>, 'value' | 'error' | 'isRetrying' | 'reload'>
  /** Resolves a parked node run, as {@link resolveParked}. */
  readonly resolve: (parkedId: string, resolution: ResolutionRequest) => Promise<Resolved>
}

const selectParked = ({ view }: RunSnapshot) => view.parked

/** Returns the waits for a fix of a node run, with the means to resolve the open one. */
export function useNodeParked({ client, runId, store }: RunScope, nodeRunId: NodeRunId): NodeParkedControls {
  const views = useRunPart(store, selectParked)
  const own = [...views.values()].filter((view) => view.nodeRunId === nodeRunId)
  const selectOpen = useCallback(
    ({ live }: RunSnapshot) =>
      [...live.parked.values()].find((view) => view.nodeRunId === nodeRunId && view.closed === null)?.waitId ?? null,
    [nodeRunId],
  )
  const waitId = useRunPart(store, selectOpen)
  const load = useCallback(
    async (abortSignal: AbortSignal): Promise<Listed> => {
      const search = { runId, isWanted: (item: ParkedNodeRun) => item.waitId === waitId, abortSignal }
      const open = await findParked(client, { ...search, status: 'open' })
      // A resolution is in the log only once a worker has read it.
      return { item: open ?? (await findParked(client, { ...search, status: 'closed' })) }
    },
    [client, runId, waitId],
  )
  const known = useResource(waitId === null ? null : load)
  const { value, refresh } = known
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'parked' && value !== null && (value.item?.parkedId ?? id) === id,
    onChange: refresh,
  })
  const resolve = useCallback(
    async (parkedId: string, resolution: ResolutionRequest) => {
      try {
        return await resolveParked(client, { parkedId, runId }, resolution)
      } finally {
        refresh()
      }
    },
    [client, runId, refresh],
  )
  return { parked: own.map((view) => withItem(view, value?.item ?? null)), known, resolve }
}

/** Adds the id of an open one, or a resolution that the log does not have yet. */
function withItem(view: ParkedView, item: ParkedNodeRun | null): ShownParked {
  if (view.closed !== null || item?.waitId !== view.waitId) return { ...view, openId: null }
  if (item.status === 'open') return { ...view, openId: item.parkedId }
  const resolution = item.status === 'resolved' ? item.resolution : null
  return {
    ...view,
    openId: null,
    resolution: view.resolution ?? (resolution === null ? null : { ...resolution, at: Date.parse(resolution.at) }),
  }
}
