import { TenonError } from '@tenon/core/errors'
import { isRunOver, type ViewPartAt } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'

/** Least number of new events that are folded into a stored view; fewer follow it. */
export const VIEW_EVERY = 500

/**
 * Reads a part of the view of a run, with all but the last events folded into it; with all of them once the run is over, so
 * that the part is never from before the view that a client has.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if only a later version can read the view.
 */
export async function readViewPart(
  { reader, closing }: Pick<ServerContext, 'reader' | 'closing'>,
  { tenantId, runId, status }: Pick<StoredRun, 'tenantId' | 'runId' | 'status'>,
  part: string,
): Promise<ViewPartAt> {
  const foldFrom = async (every: number): Promise<ViewPartAt | null> => {
    while (!closing.aborted && (await reader.advanceView(tenantId, runId, every)));
    return await reader.readViewPart(tenantId, runId, part)
  }
  // The log of most runs is short: their view is stored with the first part that is read.
  const found = (isRunOver(status) ? null : await foldFrom(VIEW_EVERY)) ?? (await foldFrom(1))
  if (found === null) throw new TenonError('UNAVAILABLE', 'The view of this run was stored by a later version')
  return found
}
