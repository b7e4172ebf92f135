import type { Identity } from '@tenon/core/api'
import { TenonError } from '@tenon/core/errors'
import { deleteRun, publishChange, type RuntimeTables, type StoredRun } from '@tenon/runtime'
import type { ServerContext } from '../context.ts'
import { auditHook } from '../tables/audit-repository.ts'
import { deleteRowsOfRun } from '../tables/rollout-runs-repository.ts'
import type { ServerTables } from '../tables/server-tables.ts'

/**
 * Deletes a run that has ended with all runs of its tree, and stores who did it in the audit log. The run is gone for all readers when this
 * returns; the runs below it and the logs are deleted in the background.
 *
 * @throws {@link TenonError} `RUN_NOT_ENDED`; `RUN_HAS_PARENT` (details: `rootRunId`); `RUN_NOT_FOUND` if another request
 * has deleted it.
 * @see docs/adr/0055-runs-are-kept-for-a-time.md
 */
export async function deleteRunTree(server: ServerContext, identity: Identity, run: StoredRun): Promise<void> {
  const { tenantId, runId, workflowId, rootRunId } = run
  const details = { workflowId, version: run.version, queuedAt: run.queuedAt }
  const audit = auditHook({ identity, action: 'run.delete', resource: runId, at: server.now(), details })
  const { log, payloadStore, deletions: background } = server
  const database = server.database.view<RuntimeTables>()
  const deps = { database, log, background, ...(payloadStore === undefined ? {} : { payloadStore }) }
  const result = await deleteRun(deps, { tenantId, runId }, async (tx) => {
    await deleteRowsOfRun(tx.withTables<Pick<ServerTables, keyof ServerTables>>(), tenantId, runId)
    await audit(tx)
  })
  switch (result) {
    case 'deleted':
      publishChange(server.bus, tenantId, { kind: 'run', id: runId, workflowId })
      return
    case 'open':
      throw new TenonError('RUN_NOT_ENDED', 'The run, or a run that it has started, has not ended')
    case 'has_parent':
      throw new TenonError('RUN_HAS_PARENT', 'The run was started by another run, which is deleted with it', {
        details: { rootRunId },
      })
    default:
      throw new TenonError('RUN_NOT_FOUND', 'No run has this id')
  }
}
