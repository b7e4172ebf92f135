import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'

export interface ClaimRequest {
  readonly schema: string
  readonly workerId: string
  /** Most runs to claim. */
  readonly capacity: number
  /** The tenant that was served last; the round goes on behind it. */
  readonly afterTenant: string
}

/**
 * Claims free runs for a worker, one of each tenant in turn, beginning behind the tenant that was served last: a tenant
 * with ten thousand waiting runs delays another by one run, not by ten thousand.
 *
 * The tenants are found by skipping through the index, so that a long queue of one costs nothing.
 */
export async function claimReadyRuns(
  tx: Tx<RuntimeTables>,
  { schema, workerId, capacity, afterTenant }: ClaimRequest,
): Promise<readonly { readonly tenant_id: string; readonly run_id: string }[]> {
  const ready = sql.table(`${schema}.run_ready`)
  const { rows } = await sql<{ tenant_id: string; run_id: string; place: number }>`
    with recursive tenants as (
      (select tenant_id from ${ready} where worker_id is null order by tenant_id limit 1)
      union all
      select (
        select r.tenant_id from ${ready} r
        where r.worker_id is null and r.tenant_id > t.tenant_id order by r.tenant_id limit 1
      ) from tenants t where t.tenant_id is not null
    ),
    candidates as (
      select c.tenant_id, c.run_id, row_number() over (partition by c.tenant_id) as round
      from tenants t cross join lateral (
        select r.tenant_id, r.run_id from ${ready} r
        where r.worker_id is null and r.tenant_id = t.tenant_id
        order by r.priority desc, r.ready_at limit ${capacity}
        for update skip locked
      ) c
    ),
    picked as (
      select tenant_id, run_id,
        row_number() over (order by round, tenant_id > ${afterTenant} desc, tenant_id) as place
      from candidates order by place limit ${capacity}
    )
    update ${ready} r set worker_id = ${workerId}, poked = false
    from picked p where r.tenant_id = p.tenant_id and r.run_id = p.run_id
    returning r.tenant_id, r.run_id, p.place`.execute(tx)
  return [...rows].sort((a, b) => a.place - b.place)
}
