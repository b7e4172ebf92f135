import type { ParkedNodeRun, ResolutionRequest } from '@tenon/core/client'
import type { ParkedView } from '@tenon/core/run'
import { useCallback } from 'react'
import { type Resource, useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import type { RunScope } from '../store/run-scope.tsx'
import type { RunSnapshot } from '../store/run-store.ts'
import { useRunPart } from '../store/use-run.ts'
import { type Resolved, resolveParked } from './resolve-parked.ts'

/** A parked node run at the selected moment of its run. */
export interface ShownParked extends ParkedView {
  /** Id for a resolution; `null` while it is not known, and once the node run is resolved or canceled. */
  readonly openId: string | null
}

export interface RunParked {
  /** Parked node runs at the selected moment, oldest first, those that are resolved included. */
  readonly parked: readonly ShownParked[]
  /** State of the list that has the ids. */
  readonly known: Pick<Resource<unknown>, 'value' | 'error' | 'isRetrying' | 'reload'>
  /** Resolves a parked node run, as {@link resolveParked}. */
  readonly resolve: (parkedId: string, resolution: ResolutionRequest) => Promise<Resolved>
}

const selectParked = ({ view }: RunSnapshot) => view.parked
/** Returns a key that changes with each node run that is parked or resolved; the ids are loaded again then. */
const selectKey = ({ live }: RunSnapshot) =>
  [...live.parked.values()].map(({ waitId, closed }) => `${waitId}:${closed ?? 'open'}`).join(' ')

/** Returns the parked node runs of a run, with the means to resolve them. */
export function useRunParked({ client, runId, store }: RunScope): RunParked {
  const views = useRunPart(store, selectParked)
  const key = useRunPart(store, selectKey)
  const hasOpen = key.includes(':open')
  const load = useCallback(
    async (abortSignal: AbortSignal): Promise<{ readonly key: string; readonly items: readonly ParkedNodeRun[] }> => {
      const { items } = await client.parked.list({ runId, limit: 200 }, { abortSignal })
      return { key, items }
    },
    [client, runId, key],
  )
  const known = useResource(hasOpen ? load : null)
  const { value, refresh } = known
  // A resolution is in the log only once a worker has read it.
  useTenantChanges({
    client,
    isRelevant: ({ kind, id }) => kind === 'parked' && value?.items.some(({ parkedId }) => parkedId === id) === true,
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
  const parked = [...views.values()].map((view) => withKnown(view, value?.items ?? []))
  return { parked, known, resolve }
}

/** Adds the id of an open one, or a resolution that the log does not have yet. */
function withKnown(view: ParkedView, items: readonly ParkedNodeRun[]): ShownParked {
  const item = items.find(({ waitId }) => waitId === view.waitId)
  if (view.closed !== null || item === undefined) return { ...view, openId: null }
  if (item.status === 'open') return { ...view, openId: item.parkedId }
  const resolution = item.status === 'resolved' ? item.resolution : null
  return {
    ...view,
    openId: null,
    resolution: view.resolution ?? (resolution === null ? null : { ...resolution, at: Date.parse(resolution.at) }),
  }
}
