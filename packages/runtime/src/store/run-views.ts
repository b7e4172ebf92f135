import type { RunEvent, RunHead, RunViewSnapshot, ViewPart, ViewPartAt } from '@tenon/core/run'
import { foldViewParts, OUTER_PART, partsOfEntries } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { RunRef } from './run-ref.ts'
import { selectEvents } from './select-events.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Version of the stored form: increase it when the fold of a run log gives other views. */
const VIEW_VERSION = 1
/** Events of one batch, which are in memory at once. */
const BATCH = 1_000
/** Most events of one batch, if a turn has more than {@link BATCH}. */
const MAX_BATCH = 64_000
/** First iterations of a run's outer loops, which views list side by side as long as there are few. */
const FIRST_PARTS = ['0', '1']

/** Stored outer part with the head of the view. */
interface StoredHead {
  readonly version: number
  readonly head: RunHead
  readonly part: ViewPart
}

const EMPTY_PART: ViewPart = { nodeRuns: [], approvals: [], parked: [], waits: [] }

/** Keeps the views of long runs, so that opening one does not fold its whole log. */
export interface RunViews {
  /**
   * Folds the next events of the log into the stored view, at most one batch.
   *
   * @param every - Least number of new events for which it is worth the writing.
   * @returns True if there is more to fold; false also for a run that the tenant does not have.
   */
  advance(run: RunRef, every: number): Promise<boolean>
  /** Reads the stored view; `null` without one, or if a later version has stored it. */
  read(run: RunRef): Promise<RunViewSnapshot | null>
  /** Reads a part of the stored view; `null` without a view. */
  readPart(run: RunRef, key: string): Promise<ViewPartAt | null>
}

/** Opens the stored views of a database. Readers of one process that open the same run share the work. */
export function createRunViews(database: RuntimeDatabase): RunViews {
  const advancing = new Map<string, Promise<boolean>>()
  return {
    advance(run, every) {
      const key = `${run.tenantId}/${run.runId}`
      const known = advancing.get(key)
      if (known !== undefined) return known
      const work = advanceView(database, run, every).finally(() => advancing.delete(key))
      advancing.set(key, work)
      return work
    },
    read: ({ tenantId, runId }) =>
      database.withTenant(tenantId, async (tx) => {
        const rows = await selectParts(tx, { tenantId, runId }, [OUTER_PART, ...FIRST_PARTS], true)
        const stored = headOf(rows)
        if (stored === null) return null
        const inner = rows.filter(({ part }) => part !== OUTER_PART)
        return {
          head: stored.head,
          parts: [[OUTER_PART, stored.part], ...inner.map(({ part, data }) => [part, partOf(data)] as const)],
        }
      }),
    readPart: ({ tenantId, runId }, key) =>
      database.withTenant(tenantId, async (tx) => {
        const rows = await selectParts(tx, { tenantId, runId }, [OUTER_PART, key], false)
        const stored = headOf(rows)
        if (stored === null) return null
        if (key === OUTER_PART) return { seq: stored.head.seq, part: stored.part }
        const row = rows.find(({ part }) => part === key)
        return { seq: stored.head.seq, part: row === undefined ? EMPTY_PART : partOf(row.data) }
      }),
  }
}

interface PartRow {
  readonly part: string
  readonly seq: number
  readonly data: string
}

/** Selects parts in one statement, so that they are of one moment. */
function selectParts(
  tx: RuntimeTx,
  { tenantId, runId }: RunRef,
  keys: readonly string[],
  withOpen: boolean,
): Promise<PartRow[]> {
  return tx
    .selectFrom('run_views')
    .select(['part', 'seq', 'data'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where((eb) => {
      const isNamed = eb('part', '=', sql<string>`any(${keys})`)
      return withOpen ? eb.or([isNamed, eb('is_open', '=', true)]) : isNamed
    })
    .execute()
}

function headOf(rows: readonly PartRow[]): StoredHead | null {
  const row = rows.find(({ part }) => part === OUTER_PART)
  if (row === undefined) return null
  const stored = JSON.parse(row.data) as StoredHead
  return stored.version === VIEW_VERSION ? stored : null
}

function partOf(data: string): ViewPart {
  return JSON.parse(data) as ViewPart
}

async function advanceView(database: RuntimeDatabase, run: RunRef, every: number): Promise<boolean> {
  const { tenantId } = run
  const loaded = await database.withTenant(tenantId, (tx) => loadNext(tx, run, every))
  if (loaded === null) return false
  const { events, before, parts, hasMore } = loaded
  const folded = foldViewParts({ head: before?.head ?? null, parts }, events)
  const rows = [...folded.changed].flatMap((key) => {
    const part = folded.parts.get(key) ?? EMPTY_PART
    const stored = key === OUTER_PART ? ({ version: VIEW_VERSION, head: folded.head, part } satisfies StoredHead) : part
    return [{ part: key, is_open: folded.open.has(key), data: JSON.stringify(stored) }]
  })
  return database.withTenant(tenantId, async (tx) => {
    const values = rows.map((row) => ({ tenant_id: tenantId, run_id: run.runId, seq: folded.head.seq, ...row }))
    const [outer, inner] = [values.filter(isOuter), values.filter((row) => !isOuter(row))]
    // A run that was deleted meanwhile gets no view.
    const row = await tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', run.runId)
      .forKeyShare()
      .executeTakeFirst()
    if (row === undefined) return false
    const isFirst = await putHead(tx, outer, loaded.storedSeq)
    // Another process was first; its view has these events.
    if (!isFirst) return true
    if (before === null) await deleteInner(tx, run)
    await putParts(tx, inner)
    return hasMore
  })
}

type ViewRow = RuntimeTables['run_views']

function isOuter({ part }: Pick<ViewRow, 'part'>): boolean {
  return part === OUTER_PART
}

interface NextEvents {
  /** Position of the stored view; `null` without one. */
  readonly storedSeq: number | null
  /** Stored view to continue; `null` to begin anew. */
  readonly before: StoredHead | null
  readonly parts: ReadonlyMap<string, ViewPart>
  /** Whole turns, at least one event. */
  readonly events: readonly RunEvent[]
  readonly hasMore: boolean
}

/** Reads the next events with the parts that they change; `null` if there is nothing to do. */
async function loadNext(tx: RuntimeTx, run: RunRef, every: number): Promise<NextEvents | null> {
  const { tenantId, runId } = run
  const row = await tx
    .selectFrom('runs')
    .select(['next_seq'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const [outer] = await selectParts(tx, run, [OUTER_PART], false)
  const stored = outer === undefined ? null : (JSON.parse(outer.data) as StoredHead)
  // A view of a later version is left alone: it may be better than that of this one.
  if (row === undefined || (stored !== null && stored.version > VIEW_VERSION)) return null
  const before = stored?.version === VIEW_VERSION ? stored : null
  const seq = before?.head.seq ?? 0
  const head = row.next_seq - 1
  if (head - seq < every) return null
  const events = await selectTurns(tx, run, seq, head)
  const last = events.at(-1)
  if (last === undefined) return null
  const rows = before === null ? [] : await selectParts(tx, run, [...partsOfEntries(events)], true)
  const parts = new Map(rows.map(({ part, data }) => [part, part === OUTER_PART ? headPart(data) : partOf(data)]))
  return { storedSeq: outer?.seq ?? null, before, parts, events, hasMore: head - last.seq >= every }
}

function headPart(data: string): ViewPart {
  return (JSON.parse(data) as StoredHead).part
}

/** Selects events up to the end of a turn, so that a view is never of the middle of one. */
async function selectTurns(tx: RuntimeTx, run: RunRef, after: number, head: number): Promise<readonly RunEvent[]> {
  for (let limit = BATCH; ; limit *= 2) {
    const events = await selectEvents(tx, run.tenantId, run.runId, after, limit)
    const last = events.at(-1)
    if (last === undefined || last.seq >= head || limit >= MAX_BATCH) return events
    const end = events.findLastIndex(({ turn }) => turn !== last.turn)
    if (end !== -1) return events.slice(0, end + 1)
  }
}

/** Stores the outer part unless another process has changed it since `storedSeq`. */
async function putHead(tx: RuntimeTx, rows: readonly ViewRow[], storedSeq: number | null): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('run_views')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'run_id', 'part'])
        .doUpdateSet((eb) => ({
          seq: eb.ref('excluded.seq'),
          is_open: eb.ref('excluded.is_open'),
          data: eb.ref('excluded.data'),
        }))
        .where('run_views.seq', '=', storedSeq ?? -1),
    )
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows ?? 0) > 0
}

async function putParts(tx: RuntimeTx, rows: readonly ViewRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .insertInto('run_views')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'run_id', 'part']).doUpdateSet((eb) => ({
        seq: eb.ref('excluded.seq'),
        is_open: eb.ref('excluded.is_open'),
        data: eb.ref('excluded.data'),
      })),
    )
    .execute()
}

async function deleteInner(tx: RuntimeTx, { tenantId, runId }: RunRef): Promise<void> {
  await tx
    .deleteFrom('run_views')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('part', '<>', OUTER_PART)
    .execute()
}
