import type { Identity } from '@tenon/core/api'
import type { WorkflowId } from '@tenon/core/document'
import type { ServerContext } from '../context.ts'
import { auditHook } from '../tables/audit-repository.ts'

/** Runs that are paused or resumed, each in a transaction of its own. */
interface RunsToPause {
  readonly identity: Identity
  readonly workflowId: WorkflowId
  readonly request: 'pause' | 'resume'
}

/** Most runs that one request pauses or resumes, so that it ends before a proxy gives it up. */
const MAX_RUNS_PER_REQUEST = 500

/**
 * Pauses or resumes the live runs of a workflow that are in progress, up to `most` of them. Those that are left are found
 * again by the next request. Each has an entry in the audit log, as if a person had paused it by itself.
 *
 * @returns True if more are left.
 */
export async function pauseRuns(
  { engine, reader, now }: Pick<ServerContext, 'engine' | 'reader' | 'now'>,
  { identity, workflowId, request }: RunsToPause,
  most: number = MAX_RUNS_PER_REQUEST,
): Promise<boolean> {
  const { tenantId, userId, displayName } = identity
  let changed = 0
  let cursor: string | null = null
  do {
    const filter = { workflowId, request, ...(cursor === null ? {} : { cursor }) }
    const page: Awaited<ReturnType<typeof reader.listRunsToPause>> = await reader.listRunsToPause(tenantId, filter)
    for (const runId of page.runIds) {
      if (changed === most) return true
      const details = { workflowId }
      const hook = auditHook({ identity, action: `run.${request}`, resource: runId, at: now(), details })
      const { outcome } = await engine[request](tenantId, runId, { userId, displayName }, hook)
      if (outcome === 'accepted') changed += 1
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return false
}
