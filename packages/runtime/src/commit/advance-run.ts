import type { Fact } from '@tenon/core/run'
import type { RuntimeLog } from '../engine.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { CommitRequest, CommitResult, Committer } from './commit-types.ts'

const CANCELED_BY_REFUSAL: Fact = { type: 'cancel_requested', data: { reason: 'refused', actor: null } }

/**
 * Commits messages and due timers to a run. If the database refuses the resulting append for good, the run is canceled
 * with the reason `refused`: otherwise the commit would be retried forever.
 *
 * @throws {@link TenonError} as {@link Committer.commit}; `APPEND_REFUSED` only if the cancelation is refused, too.
 */
export async function advanceRun(
  committer: Pick<Committer, 'commit'>,
  request: CommitRequest,
  log: RuntimeLog,
): Promise<CommitResult> {
  try {
    return await committer.commit(request)
  } catch (error) {
    if (!isAppendRefused(error)) throw error
    const { tenantId, runId } = request
    log('error', 'run.canceled: the database cannot store what follows', { runId, ...error.details })
    return committer.commit({ tenantId, runId, facts: [{ fact: CANCELED_BY_REFUSAL }], isStale: true })
  }
}
