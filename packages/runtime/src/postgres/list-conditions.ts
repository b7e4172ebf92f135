import { type RawBuilder, sql } from 'kysely'

/**
 * Returns the condition of an index for lists as SQL; it is true for every row. A query that states it can use the index;
 * any other query finds its row by the primary key.
 *
 * @param column - Column of the type `bigint` that is never null.
 * @see docs/adr/0039-indexes-for-lists-have-a-condition.md
 */
export function listCondition(column: string): string {
  return `${column} >= '-9223372036854775808'::bigint`
}

/** Conditions of the indexes for lists of runs, of top-level runs, of waits, of payloads, and of open parked node runs. */
export const LIST_CONDITIONS = {
  runs: listCondition('queued_at'),
  topLevelRuns: 'parent_run_id is null',
  waits: listCondition('opened_at'),
  payloads: listCondition('size'),
  openParked: "kind = 'parked' and status = 'open' and resolution is null",
} as const

/** Condition that a query for a list of runs states. */
export const isListedRun: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.runs)
/** Condition that a query for a list of runs without a parent states. */
export const isTopLevelRun: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.topLevelRuns)
/** Condition that a query for a list of waits states. */
export const isListedWait: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.waits)
/** Condition that a query for the size of all payloads states. */
export const isSizedPayload: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.payloads)
/** Condition that a query for open parked node runs states. */
export const isOpenParked: RawBuilder<boolean> = sql`waits.kind = 'parked' and waits.status = 'open' and waits.resolution is null`
