import { TenonError } from '@tenon/core/errors'
import type { ViewPartAt } from '@tenon/core/run'
import type { StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'

/**
 * Reads a part of the view of a run. The view is there when a stream has begun with it; for another run it is folded now.
 *
 * @throws {@link TenonError} `UNAVAILABLE` if only a later version can read the view.
 */
export async function readViewPart(
  { reader }: Pick<ServerContext, 'reader'>,
  { tenantId, runId }: Pick<StoredRun, 'tenantId' | 'runId'>,
  part: string,
): Promise<ViewPartAt> {
  const known = await reader.readViewPart(tenantId, runId, part)
  if (known !== null) return known
  while (await reader.advanceView(tenantId, runId, 1));
  const folded = await reader.readViewPart(tenantId, runId, part)
  if (folded === null) throw new TenonError('UNAVAILABLE', 'The view of this run was stored by a later version')
  return folded
}
