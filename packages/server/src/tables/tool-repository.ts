import type { TenantId, WorkflowId } from '@tenon/core/document'
import { type RawBuilder, sql } from 'kysely'
import type { ServerTx } from './server-tables.ts'
import { HELD_BACK } from './version-repository.ts'

/** A tool that the version offers with which new runs of a workflow start, apart from a canary. */
export interface ToolRow {
  readonly tool_name: string
  /** JSON of a `VersionTool`. */
  readonly tool: string
  readonly workflow_id: WorkflowId
  readonly workflow_name: string
  readonly version: string
}

/** Part of the tools of a tenant. */
export interface ToolPage {
  /** Name of the last tool of the page before; `null` for the first page. */
  readonly after: string | null
  /** Only the tool with this name. */
  readonly name?: string | undefined
  readonly limit: number
}

/**
 * Lists the tools of a tenant by name; one more than the limit, if there is one. A name that several workflows have, since
 * they were published at the same time, is that of the workflow which was created first.
 */
export async function listToolRows(
  tx: ServerTx,
  tenantId: TenantId,
  { after, name, limit }: ToolPage,
): Promise<readonly ToolRow[]> {
  return offeredTools(tx, tenantId)
    .select(['v.tool_name', 'v.tool', 'w.workflow_id', 'w.name as workflow_name', 'v.version'])
    .distinctOn('v.tool_name')
    .$if(after !== null, (query) => query.where('v.tool_name', '>', after))
    .$if(name !== undefined, (query) => query.where('v.tool_name', '=', name ?? ''))
    .orderBy('v.tool_name')
    .orderBy('w.created_at')
    .orderBy('w.workflow_id')
    .limit(limit + 1)
    .$narrowType<{ tool_name: string; tool: string }>()
    .execute()
}

/** Finds another workflow that offers a tool with a name. */
export async function findToolOfOther(
  tx: ServerTx,
  tenantId: TenantId,
  { name, workflowId }: { readonly name: string; readonly workflowId: WorkflowId },
): Promise<{ readonly workflow_name: string } | null> {
  const row = await offeredTools(tx, tenantId)
    .select('w.name as workflow_name')
    .where('v.tool_name', '=', name)
    .where('w.workflow_id', '<>', workflowId)
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

function offeredTools(tx: ServerTx, tenantId: TenantId) {
  const latest: RawBuilder<string> = sql`w.latest_version::text`
  const former = tx
    .selectFrom('version_rollouts as r')
    .select('r.former_version')
    .where('r.tenant_id', '=', tenantId)
    .where('r.workflow_id', '=', sql<string>`w.workflow_id`)
    .where('r.version', '=', latest)
    .where('r.status', 'in', HELD_BACK)
  return tx
    .selectFrom('versions as v')
    .innerJoin('workflows as w', (join) =>
      join.onRef('w.tenant_id', '=', 'v.tenant_id').onRef('w.workflow_id', '=', 'v.workflow_id'),
    )
    .where('v.tenant_id', '=', tenantId)
    .where('v.tool_name', 'is not', null)
    .where('w.deleted_at', 'is', null)
    .where('v.version', '=', (eb) => eb.fn.coalesce(former, latest))
}
