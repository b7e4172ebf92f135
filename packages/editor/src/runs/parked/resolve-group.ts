import type { NodeRunRef, ParkedGroup, ParkedRefusal, TenonClient } from '@tenon/core/client'
import type { ParkResolutionKind } from '@tenon/core/run'

/** Resolution that needs no value, so that one answer fits a whole group. */
export type GroupResolution = Exclude<ParkResolutionKind, 'retry_with_params' | 'complete'>

/** Numbers of node runs that a resolution of a group has reached so far. */
export interface GroupProgress {
  readonly resolved: number
  /** The node runs that are resolved. */
  readonly nodeRuns: readonly NodeRunRef[]
  /** Resolved by others, or canceled, in the meantime. */
  readonly closed: number
  /** Node runs that do not allow the resolution. */
  readonly refused: readonly ParkedRefusal[]
}

export const NO_PROGRESS: GroupProgress = Object.freeze({ resolved: 0, nodeRuns: [], closed: 0, refused: [] })

interface ResolveGroupOptions {
  readonly client: Pick<TenonClient, 'parked'>
  readonly group: Pick<ParkedGroup, 'workflowId' | 'fingerprint'>
  readonly kind: GroupResolution
  /** Called after each request. */
  readonly onProgress: (progress: GroupProgress) => void
  /** Stops before the next request; what is resolved stays so. */
  readonly abortSignal: AbortSignal
}

/**
 * Resolves all parked node runs of a group, request by request.
 *
 * @throws {@link TenonError} if the server does not answer; `onProgress` has got what is resolved.
 */
export async function resolveGroup(options: ResolveGroupOptions): Promise<void> {
  const { client, group, kind, onProgress, abortSignal } = options
  const { workflowId, fingerprint } = group
  let progress = NO_PROGRESS
  let cursor: string | null = null
  do {
    const body = { workflowId, fingerprint, resolution: { kind }, ...(cursor === null ? {} : { cursor }) }
    const answer = await client.parked.resolveGroup(body)
    progress = {
      resolved: progress.resolved + answer.resolved,
      nodeRuns: [...progress.nodeRuns, ...answer.nodeRuns],
      closed: progress.closed + answer.closed,
      refused: [...progress.refused, ...answer.refused],
    }
    onProgress(progress)
    cursor = answer.nextCursor
  } while (cursor !== null && !abortSignal.aborted)
}
