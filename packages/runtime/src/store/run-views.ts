import { setImmediate } from 'node:timers/promises'
import type { RunEvent, RunViewSnapshot, ViewPart, ViewPartAt } from '@tenon/core/run'
import { foldViewParts, OUTER_PART, partsOfEntries } from '@tenon/core/run'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { FoldedView } from '../run-store.ts'
import type { RunRef } from './run-ref.ts'
import { selectEvents } from './select-events.ts'
import {
  digestOf,
  type ReadableView,
  type StoredHead,
  selectViewRows,
  storedTextDigest,
  VIEW_VERSION,
  viewOfRows,
} from './view-rows.ts'

type RuntimeTx = Tx<RuntimeTables>

/** Events of one batch, which are in memory at once. */
const BATCH = 1_000
/** Most events of one batch, if a turn has more than {@link BATCH}. */
const MAX_BATCH = 64_000
/** First iterations of a run's outer loops, which views list side by side as long as there are few. */
const FIRST_PARTS = ['0', '1']

const EMPTY_PART: ViewPart = { nodeRuns: [], approvals: [], parked: [], waits: [] }

/** Keeps the views of long runs, so that opening one does not fold its whole log. */
export interface RunViews {
  /**
   * Folds the next events of the log into the stored view, at most one batch.
   *
   * @param every - Least number of new events for which it is worth the writing.
   * @returns The last event of the view if there is more to fold; null also for a run that the tenant does not have.
   */
  advance(run: RunRef, every: number): Promise<FoldedView | null>
  /** Reads the stored view; `null` without one, or if a later version has stored it. */
  read(run: RunRef): Promise<RunViewSnapshot | null>
  /** Reads a part of the stored view; `null` without a view. */
  readPart(run: RunRef, key: string): Promise<ViewPartAt | null>
}

/** Opens the stored views of a database. Readers of one process that open the same run share the work. */
export function createRunViews(database: RuntimeDatabase): RunViews {
  const advancing = new Map<string, Promise<FoldedView | null>>()
  return {
    advance(run, every) {
      const key = `${run.tenantId}/${run.runId}`
      const known = advancing.get(key)
      if (known !== undefined) return known
      const work = advanceView(database, run, every).finally(() => advancing.delete(key))
      advancing.set(key, work)
      return work
    },
    read: (run) =>
      readStored(database, run, [OUTER_PART, ...FIRST_PARTS], { withOpen: true }, ({ head, parts }) => ({
        head,
        parts: [...parts],
      })),
    readPart: (run, key) =>
      readStored(database, run, [OUTER_PART, key], { withOpen: false }, ({ head, parts }) => ({
        seq: head.seq,
        part: parts.get(key) ?? EMPTY_PART,
      })),
  }
}

/**
 * Reads rows of the stored view; `null` if there is none that this version reads. A broken one is deleted, so that the next
 * call to fold it begins anew.
 */
function readStored<Result>(
  database: RuntimeDatabase,
  run: RunRef,
  keys: readonly string[],
  options: { readonly withOpen: boolean },
  present: (view: ReadableView) => Result,
): Promise<Result | null> {
  return database.withTenant(run.tenantId, async (tx) => {
    const view = viewOfRows(await selectViewRows(tx, run, keys, options))
    if (view === 'broken') await deleteOuter(tx, run)
    return typeof view === 'string' ? null : present(view)
  })
}

async function advanceView(database: RuntimeDatabase, run: RunRef, every: number): Promise<FoldedView | null> {
  const { tenantId, runId } = run
  // A long log takes many calls: other work has its turn in between, also where queries are answered in this process.
  await setImmediate()
  const next = await database.withTenant(tenantId, (tx) => loadNext(tx, run, every))
  if (next === 'done') return null
  if (next === 'again') return { seq: 0 }
  const { events, before, storedDigest, hasMore } = next
  const folded = foldViewParts({ head: before?.head ?? null, parts: before?.parts ?? new Map() }, events)
  const outer = folded.parts.get(OUTER_PART) ?? EMPTY_PART
  const { seq } = folded.head
  const head: StoredHead = { version: VIEW_VERSION, head: folded.head, part: outer }
  const rowOf = (part: string, data: StoredHead | ViewPart): NewViewRow => ({
    ...{ tenant_id: tenantId, run_id: runId, part, seq },
    ...{ is_open: folded.open.has(part), data: JSON.stringify(data) },
  })
  const inner = [...folded.changed].filter((key) => key !== OUTER_PART)
  return database.withTenant(tenantId, async (tx) => {
    // A run that was deleted meanwhile gets no view.
    const row = await tx
      .selectFrom('runs')
      .select('run_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .forKeyShare()
      .executeTakeFirst()
    if (row === undefined) return null
    // Another process was first; its view has these events.
    if (!(await putHead(tx, rowOf(OUTER_PART, head), storedDigest))) return { seq }
    if (before === null) await deleteInner(tx, run)
    await putParts(
      tx,
      inner.map((key) => rowOf(key, folded.parts.get(key) ?? EMPTY_PART)),
    )
    return hasMore ? { seq } : null
  })
}

type NewViewRow = RuntimeTables['run_views']

interface NextEvents {
  /** Digest of the stored outer part; `null` without one. */
  readonly storedDigest: string | null
  /** Stored view to continue, with the parts that the events change; `null` to begin anew. */
  readonly before: ReadableView | null
  /** Whole turns, at least one event. */
  readonly events: readonly RunEvent[]
  readonly hasMore: boolean
}

/** Reads the next events with the parts that they change; `again` if the view has changed or was broken meanwhile. */
async function loadNext(tx: RuntimeTx, run: RunRef, every: number): Promise<NextEvents | 'done' | 'again'> {
  const { tenantId, runId } = run
  const row = await tx
    .selectFrom('runs')
    .select(['next_seq'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  const outer = await selectViewRows(tx, run, [OUTER_PART], { withOpen: false })
  const stored = viewOfRows(outer)
  // A view of a later version is left alone: it may be better than that of this one.
  if (row === undefined || stored === 'newer') return 'done'
  const isNew = typeof stored === 'string'
  const seq = isNew ? 0 : stored.head.seq
  const head = row.next_seq - 1
  if (head - seq < every) return 'done'
  const events = await selectTurns(tx, run, seq)
  const last = events.at(-1)
  if (last === undefined) return 'done'
  const storedDigest = outer[0] === undefined ? null : digestOf(outer[0].data)
  const next = { storedDigest, events, hasMore: head - last.seq >= every }
  if (isNew) return { ...next, before: null }
  const before = viewOfRows(await selectViewRows(tx, run, [...partsOfEntries(events)], { withOpen: true }))
  if (before === 'broken') await deleteOuter(tx, run)
  return typeof before === 'string' || before.head.seq !== seq ? 'again' : { ...next, before }
}

/** Selects events up to the end of a turn, so that a view is never of the middle of one. */
async function selectTurns(tx: RuntimeTx, run: RunRef, after: number): Promise<readonly RunEvent[]> {
  for (let limit = BATCH; ; limit *= 2) {
    const events = await selectEvents(tx, run.tenantId, run.runId, after, limit)
    const last = events.at(-1)
    // A log ends at the end of a turn, also one that has grown meanwhile.
    if (last === undefined || events.length < limit || limit >= MAX_BATCH) return events
    const end = events.findLastIndex(({ turn }) => turn !== last.turn)
    if (end !== -1) return events.slice(0, end + 1)
  }
}

/**
 * Stores the outer part unless another process has changed it since it was read. Compared by its text: a process of another
 * version may have stored another view of the same events.
 */
async function putHead(tx: RuntimeTx, row: NewViewRow, storedDigest: string | null): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('run_views')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'run_id', 'part'])
        .doUpdateSet((eb) => ({
          seq: eb.ref('excluded.seq'),
          is_open: eb.ref('excluded.is_open'),
          data: eb.ref('excluded.data'),
        }))
        .where(storedTextDigest, '=', storedDigest ?? ''),
    )
    .executeTakeFirstOrThrow()
  return Number(numInsertedOrUpdatedRows ?? 0) > 0
}

async function putParts(tx: RuntimeTx, rows: readonly NewViewRow[]): Promise<void> {
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

/** Deletes a view; its inner parts go when another one begins. Alone, since processes that fold it lock this row first. */
async function deleteOuter(tx: RuntimeTx, { tenantId, runId }: RunRef): Promise<void> {
  await tx
    .deleteFrom('run_views')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('part', '=', OUTER_PART)
    .execute()
}
