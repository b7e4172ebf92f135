import type { TenantId, WorkflowId } from '@tenon/core/document'
import type { Actor, RunFilterStatus } from '@tenon/core/run'
import type { ServerContext } from '../context.ts'

/** Runs that are paused or resumed, each in a transaction of its own. */
interface RunsToPause {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
  readonly actor: Actor
  readonly request: 'pause' | 'resume'
}

const STATUSES: Readonly<Record<RunsToPause['request'], readonly RunFilterStatus[]>> = {
  pause: ['running', 'waiting'],
  resume: ['paused'],
}

/** Most runs of one page. */
const PAGE = 200

/** Pauses or resumes the live runs of a workflow that are in progress, page by page. */
export async function pauseRuns(
  { engine, reader }: Pick<ServerContext, 'engine' | 'reader'>,
  { tenantId, workflowId, actor, request }: RunsToPause,
): Promise<void> {
  for (const status of STATUSES[request]) {
    let cursor: string | null = null
    do {
      const filter = { workflowId, status, limit: PAGE, ...(cursor === null ? {} : { cursor }) }
      const page: Awaited<ReturnType<typeof reader.listRuns>> = await reader.listRuns(tenantId, filter)
      for (const { runId } of page.items) await engine[request](tenantId, runId, actor)
      cursor = page.nextCursor
    } while (cursor !== null)
  }
}
