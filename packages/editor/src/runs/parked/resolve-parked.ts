import type { ParkedNodeRun, ResolutionRequest, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { ParkedResolutionView } from '@tenon/core/run'
import { findParked } from './find-parked.ts'

/**
 * Result of a resolution: accepted, or too late. Then `resolution` is that of the person who was first; `null` if the
 * wait was canceled.
 */
export type Resolved =
  | { readonly isFirst: true }
  | { readonly isFirst: false; readonly resolution: ParkedResolutionView | null }

/**
 * Resolves a parked node run.
 *
 * @throws {@link TenonError} for a resolution that the node run does not allow, and if the server does not answer.
 */
export async function resolveParked(
  client: Pick<TenonClient, 'parked'>,
  { parkedId, runId }: Pick<ParkedNodeRun, 'parkedId' | 'runId'>,
  resolution: ResolutionRequest,
): Promise<Resolved> {
  try {
    await client.parked.resolve(parkedId, { resolution })
    return { isFirst: true }
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== 'PARKED_CLOSED') throw error
    const closed = await findParked(client, { runId, status: 'closed', isWanted: (item) => item.parkedId === parkedId })
    // The end of the run has overtaken the decision about a canceled one.
    const first = closed?.status === 'resolved' ? closed.resolution : null
    return { isFirst: false, resolution: first === null ? null : { ...first, at: Date.parse(first.at) } }
  }
}
