import { type RawBuilder, sql } from 'kysely'

/**
 * Conditions of the indexes for lists, true for every row. A query that states one can use its indexes; any other finds
 * its row by the primary key.
 *
 * @see docs/adr/0039-indexes-for-lists-have-a-condition.md
 */
export const LIST_CONDITIONS = { runs: 'queued_at >= 0', waits: 'opened_at >= 0' } as const

/** Condition that a query for a list of runs states. */
export const isListedRun: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.runs)
/** Condition that a query for a list of waits states. */
export const isListedWait: RawBuilder<boolean> = sql.raw(LIST_CONDITIONS.waits)
