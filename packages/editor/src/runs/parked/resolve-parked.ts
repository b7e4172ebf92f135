import type { ParkedNodeRun, ResolutionRequest, TenonClient } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import type { ParkedResolutionView } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'
import { resolvedText } from './parked-words.ts'

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
  { parked }: Pick<TenonClient, 'parked'>,
  { parkedId, runId }: Pick<ParkedNodeRun, 'parkedId' | 'runId'>,
  resolution: ResolutionRequest,
): Promise<Resolved> {
  try {
    await parked.resolve(parkedId, { resolution })
    return { isFirst: true }
  } catch (error) {
    if (!(error instanceof TenonError) || error.code !== 'PARKED_CLOSED') throw error
    const { items } = await parked.list({ runId, status: 'closed', limit: 200 })
    const item = items.find((each) => each.parkedId === parkedId)
    // The end of the run has overtaken the decision about a canceled one.
    const first = item?.status === 'resolved' ? item.resolution : null
    return { isFirst: false, resolution: first === null ? null : { ...first, at: Date.parse(first.at) } }
  }
}

/** Formats that a resolution came too late, with the person who was first. */
export function tooLateText(resolution: ParkedResolutionView | null, t: Translate, locale: string): string {
  if (resolution === null) return t('runs.parked.ended')
  return t('runs.parked.tooLate', { what: resolvedText(resolution, Date.now(), t, locale) })
}
