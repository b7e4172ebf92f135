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

/** Conditions of the indexes for lists of runs and of waits. */
export const LIST_CONDITIONS = { runs: listCondition('queued_at'), waits: listCondition('opened_at') } as const

/** Condition that a query for a list of runs states. */
export const isListedRun: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.runs)
/** Condition that a query for a list of waits states. */
export const isListedWait: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.waits)
