import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import {
  type Lane,
  type QueueState,
  type Rate,
  type RateState,
  rateName,
  type WaitingRun,
} from './decide-admissions.ts'
import { countStarts, type RateRef } from './rate-starts.ts'

/** Runs of a workflow that share a limit of runs in progress. */
export interface GroupRef {
  readonly workflowId: string
  readonly group: string
}

/** Runs of a workflow with the same keys. */
export interface LaneRef extends GroupRef {
  readonly rateGroup: string
}

/**
 * Part of the queue of a tenant in which something has changed: the lane of a new run, the groups of runs that have ended,
 * lanes whose rates have opened, or a slice of all lanes after one of them. The first runs of the whole queue are always read besides.
 */
export interface QueueFocus {
  readonly lanes?: readonly LaneRef[]
  readonly groups?: readonly GroupRef[]
  /** @defaultValue no slice; `null` for the first one */
  readonly after?: LaneRef | null
}

/** Limits of a tenant at one moment. */
export interface TenantRoom {
  /** Most runs in progress; null for no limit. */
  readonly limit: number | null
  readonly inProgress: number
  readonly rate: (Rate & RateState) | null
}

/** A part of the queue, and the lanes that were read. */
export interface QueuePart {
  readonly state: QueueState
  /** In the order of `state.lanes`. */
  readonly lanes: readonly LaneRef[]
  /** Last lane of the slice; null if it has come to the end, or if there is none. */
  readonly last: LaneRef | null
}

interface PartToRead {
  readonly tenantId: string
  readonly focus: QueueFocus
  readonly room: TenantRoom
  /** Milliseconds since the Unix epoch, by the database. */
  readonly now: number
}

/** First runs of the queue whose lanes are always read. */
const FIRST_RUNS = 100
/** Most lanes of one slice, and of one group. */
const MAX_LANES = 200
/** Most runs of one lane that are admitted at once. */
const MAX_OF_LANE = 50

interface QueueRow {
  readonly workflow_id: string
  readonly group_key: string
  readonly rate_key: string
  readonly is_paused: boolean
  readonly in_progress: number
  readonly run_id: string
  readonly max_in_progress: number | null
  readonly max_starts: number | null
  readonly rate_interval_ms: number | string | null
  readonly priority: number
  readonly position: number | string
  readonly is_child: boolean
}

/**
 * Reads a part of the queue, whose cost does not grow with the number of runs or lanes that wait. While the tenant has no
 * room it has children only, which do not count against its limits.
 */
export async function readQueue(
  tx: Tx<RuntimeTables>,
  schema: string,
  { tenantId, focus, room, now }: PartToRead,
): Promise<QueuePart> {
  const rows = sql.table(`${schema}.run_admissions`)
  const gates = sql.table(`${schema}.run_gates`)
  const isFull =
    (room.limit !== null && room.inProgress >= room.limit) || (room.rate !== null && room.rate.opensAt !== null)
  const waiting = sql`r.tenant_id = ${tenantId} and r.admitted_at is null and r.collects_until is null
    ${isFull ? sql`and r.is_child` : sql``}`
  const slice = focus.after === undefined ? null : sliceOf(rows, waiting, focus.after)
  const { rows: found } = await sql<QueueRow & { readonly in_slice: boolean }>`
    with recursive ${slice === null ? sql`` : sql`slice as (${slice}), `}lanes (workflow_id, group_key, rate_key, in_slice) as (
      ${slice === null ? sql`` : sql`(select workflow_id, group_key, rate_key, true as in_slice from slice limit ${MAX_LANES}) union all`}
      (select distinct workflow_id, group_key, rate_key, false from (
        select r.workflow_id, r.group_key, r.rate_key from ${rows} r where ${waiting}
          order by -r.priority, r.position limit ${FIRST_RUNS}) first)
      union all
      (select l.workflow_id, l.group_key, l.rate_key, false from ${lanesParam(focus.lanes ?? [])})
      union all
      (select l.workflow_id, l.group_key, f.rate_key, false from ${groupsParam(focus.groups ?? [])} cross join lateral (
        select distinct rate_key from (select r.rate_key from ${rows} r
          where ${waiting} and r.workflow_id = l.workflow_id and r.group_key = l.group_key
          order by -r.priority, r.position limit ${MAX_LANES}) of_group) f)
    ), chosen as (
      select workflow_id, group_key, rate_key, bool_or(in_slice) as in_slice from lanes group by 1, 2, 3
    )
    select g.workflow_id, g.group_key, g.rate_key, g.in_slice,
      exists (select from ${gates} p where p.tenant_id = ${tenantId} and p.workflow_id in ('', g.workflow_id)) as is_paused,
      (select count(*)::integer from ${rows} r where r.tenant_id = ${tenantId} and r.workflow_id = g.workflow_id
        and r.group_key = g.group_key and r.admitted_at is not null) as in_progress,
      q.run_id, q.max_in_progress, q.max_starts, q.rate_interval_ms, q.priority, q.position, q.is_child
    from chosen g cross join lateral (
      select r.run_id, r.max_in_progress, r.max_starts, r.rate_interval_ms, r.priority, r.position, r.is_child
      from ${rows} r
      where ${waiting} and r.workflow_id = g.workflow_id and r.group_key = g.group_key and r.rate_key = g.rate_key
      order by r.priority desc, r.position limit ${MAX_OF_LANE}
    ) q
    order by g.workflow_id, g.group_key, g.rate_key, q.priority desc, q.position`.execute(tx)
  const read = lanesOf(found)
  const startsOf = await readStarts(tx, schema, tenantId, read, now)
  const sliced = read.filter((each) => each.isInSlice)
  return {
    state: {
      isPaused: false,
      ...room,
      inProgressOf: new Map(read.map(({ lane, inProgress }) => [lane.group, inProgress])),
      startsOf,
      lanes: read.map(({ lane }) => lane),
    },
    lanes: read.map(({ ref }) => ref),
    last: sliced.length < MAX_LANES ? null : (sliced.at(-1)?.ref ?? null),
  }
}

/** SQL of all lanes after one, each one search in the index. */
function sliceOf(rows: ReturnType<typeof sql.table>, waiting: ReturnType<typeof sql>, after: LaneRef | null) {
  const next = (after_: ReturnType<typeof sql>) => sql`select r.workflow_id, r.group_key, r.rate_key from ${rows} r
    where ${waiting} and (r.workflow_id, r.group_key, r.rate_key) > ${after_}
    order by r.workflow_id, r.group_key, r.rate_key limit 1`
  const first = after === null ? sql`('', '', '')` : sql`(${after.workflowId}, ${after.group}, ${after.rateGroup})`
  return sql`(${next(first)}) union all
    select n.* from slice s cross join lateral (${next(sql`(s.workflow_id, s.group_key, s.rate_key)`)}) n`
}

function lanesParam(lanes: readonly LaneRef[]) {
  return sql`unnest(${lanes.map((each) => each.workflowId)}::text[], ${lanes.map((each) => each.group)}::text[],
    ${lanes.map((each) => each.rateGroup)}::text[]) as l(workflow_id, group_key, rate_key)`
}

function groupsParam(groups: readonly GroupRef[]) {
  return sql`unnest(${groups.map((each) => each.workflowId)}::text[], ${groups.map((each) => each.group)}::text[])
    as l(workflow_id, group_key)`
}

interface ReadLane {
  readonly ref: LaneRef
  readonly lane: Lane
  readonly inProgress: number
  readonly isInSlice: boolean
}

function lanesOf(rows: readonly (QueueRow & { readonly in_slice: boolean })[]): readonly ReadLane[] {
  const lanes = new Map<string, (typeof rows)[number][]>()
  for (const row of rows) {
    const name = `${row.workflow_id}\n${row.group_key}\n${row.rate_key}`
    const lane = lanes.get(name)
    if (lane === undefined) lanes.set(name, [row])
    else lane.push(row)
  }
  return [...lanes.values()].flatMap((lane) => {
    const [first] = lane
    if (first === undefined) return []
    const { workflow_id: workflowId, group_key: group, rate_key: rateGroup } = first
    return {
      ref: { workflowId, group, rateGroup },
      lane: {
        isPaused: first.is_paused,
        group: `${workflowId}\n${group}`,
        rateGroup: `${workflowId}\n${rateGroup}`,
        waiting: lane.map(runOfRow),
      },
      inProgress: first.in_progress,
      isInSlice: first.in_slice,
    }
  })
}

function runOfRow(row: QueueRow): WaitingRun {
  const { max_starts: limit, rate_interval_ms: intervalMs } = row
  return {
    runId: row.run_id,
    limit: row.max_in_progress,
    rate: limit === null || intervalMs === null ? null : { limit, intervalMs: Number(intervalMs) },
    priority: row.priority,
    position: Number(row.position),
    isChild: row.is_child,
  }
}

/** Reads the starts of the first run of each lane that has a rate; another rate in it is read when it comes first. */
async function readStarts(
  tx: Tx<RuntimeTables>,
  schema: string,
  tenantId: string,
  lanes: readonly ReadLane[],
  now: number,
): Promise<ReadonlyMap<string, RateState>> {
  const rates = new Map<string, RateRef>()
  for (const { ref, lane } of lanes) {
    const rate = lane.waiting[0]?.rate ?? null
    if (rate !== null) rates.set(rateName(lane.rateGroup, rate), { ...ref, ...rate })
  }
  const names = [...rates.keys()]
  const states = await countStarts(tx, schema, tenantId, [...rates.values()], now)
  return new Map(states.map((state, index) => [names[index] ?? '', state]))
}
