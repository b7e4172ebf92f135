import { type RawBuilder, sql } from 'kysely'

/** True for every number of the column, so that no row is missing in a list. */
const ANY = `>= '-9223372036854775808'::bigint`

/**
 * Conditions of the indexes for lists, true for every row. A query that states one can use its indexes; any other finds
 * its row by the primary key.
 *
 * @see docs/adr/0039-indexes-for-lists-have-a-condition.md
 */
export const LIST_CONDITIONS = { runs: `queued_at ${ANY}`, waits: `opened_at ${ANY}` } as const

/** Condition that a query for a list of runs states. */
export const isListedRun: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.runs)
/** Condition that a query for a list of waits states. */
export const isListedWait: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.waits)
