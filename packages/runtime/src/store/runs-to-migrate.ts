import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunReader } from '../run-store.ts'
import { selectLiveRunIds } from './live-run-ids.ts'

const DEFAULT_PAGE = 50

/** Lists runs to move to a version; see `RunReader.listRunsToMigrate`. */
export function selectRunsToMigrate(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  {
    workflowId,
    version,
    from,
    fingerprint,
    cursor,
    limit = DEFAULT_PAGE,
  }: Parameters<RunReader['listRunsToMigrate']>[1],
): ReturnType<RunReader['listRunsToMigrate']> {
  return selectLiveRunIds(tx, tenantId, { workflowId, cursor, limit }, (eb) =>
    eb.and([
      eb('status', 'in', ['running', 'waiting', 'paused']),
      eb('version', '<>', version),
      ...(from === undefined ? [] : [eb('version', '=', from)]),
      ...(fingerprint === undefined
        ? []
        : [
            eb.exists(
              eb
                .selectFrom('waits')
                .select('waits.run_id')
                .whereRef('waits.tenant_id', '=', 'runs.tenant_id')
                .whereRef('waits.run_id', '=', 'runs.run_id')
                .where('waits.fingerprint', '=', fingerprint)
                .where('waits.status', '=', 'open'),
            ),
          ]),
    ]),
  )
}
