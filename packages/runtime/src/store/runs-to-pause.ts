import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import { PAUSE_MESSAGES } from './judge-pause.ts'
import { selectLiveRunIds } from './live-run-ids.ts'

const PAGE = 200

/**
 * Lists runs to pause or to resume; see `RunReader.listRunsToPause`. One query for all statuses, so that none is missed
 * whose status changes between two pages.
 */
export function selectRunsToPause(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  { workflowId, request, cursor }: Parameters<RunReader['listRunsToPause']>[1],
): ReturnType<RunReader['listRunsToPause']> {
  return selectLiveRunIds(tx, tenantId, { workflowId, cursor, limit: PAGE }, (eb) => {
    if (request === 'pause') {
      const waitsToStart = eb.exists(
        eb
          .selectFrom('run_admissions')
          .select('run_admissions.run_id')
          .whereRef('run_admissions.tenant_id', '=', 'runs.tenant_id')
          .whereRef('run_admissions.run_id', '=', 'runs.run_id')
          .where('run_admissions.admitted_at', 'is', null),
      )
      return eb.and([eb('status', 'in', ['queued', 'running', 'waiting']), eb.not(waitsToStart)])
    }
    const willPause = eb.exists(
      eb
        .selectFrom('run_inbox')
        .select('run_inbox.run_id')
        .whereRef('run_inbox.tenant_id', '=', 'runs.tenant_id')
        .whereRef('run_inbox.run_id', '=', 'runs.run_id')
        .where('run_inbox.message_id', 'like', `${PAUSE_MESSAGES}%`),
    )
    return eb.and([
      eb('status', 'in', ['queued', 'running', 'waiting', 'paused']),
      eb.or([eb('status', '=', 'paused'), willPause]),
    ])
  })
}
