import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Rate, RateState } from './decide-admissions.ts'

/** A rate whose starts are counted; the workflow id is empty for that of the tenant. */
export interface RateRef extends Rate {
  readonly workflowId: string
  readonly rateGroup: string
}

/**
 * Counts the starts of rates in their intervals. Starts are numbered in the order of their times, so each rate costs three
 * searches in an index, whatever its limit is.
 */
export async function countStarts(
  tx: Tx<RuntimeTables>,
  schema: string,
  tenantId: string,
  rates: readonly RateRef[],
  now: number,
): Promise<readonly RateState[]> {
  if (rates.length === 0) return []
  const starts = sql.table(`${schema}.run_starts`)
  const ofRate = sql`s.tenant_id = ${tenantId} and s.workflow_id = w.workflow_id and s.rate_key = w.rate_key`
  const { rows } = await sql<{ started: number; opens_at: number | string | null }>`
    select c.started, case when c.started >= w.most then w.interval_ms + (
        -- The last of as many starts as the rate allows is the first to leave the interval.
        select s.at from ${starts} s where ${ofRate} and s.n <= last.n - w.most + 1 order by s.n desc limit 1) end as opens_at
    from unnest(${rates.map((rate) => rate.workflowId)}::text[], ${rates.map((rate) => rate.rateGroup)}::text[],
      ${rates.map((rate) => rate.limit)}::integer[], ${rates.map((rate) => rate.intervalMs)}::bigint[])
      with ordinality as w(workflow_id, rate_key, most, interval_ms, ordinal)
    left join lateral (
      select s.n from ${starts} s where ${ofRate} order by s.n desc limit 1) last on true
    left join lateral (
      select s.n from ${starts} s where ${ofRate} and s.at > ${now}::bigint - w.interval_ms
        order by s.at, s.n limit 1) first on true
    cross join lateral (select coalesce(last.n - first.n + 1, 0)::integer as started) c
    order by w.ordinal`.execute(tx)
  return rows.map(({ started, opens_at: at }) => ({ started, opensAt: at === null ? null : Number(at) }))
}
