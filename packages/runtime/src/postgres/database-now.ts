import { sql } from 'kysely'

/**
 * Time of the database, in milliseconds since the Unix epoch. Times that several processes compare (leases, readiness,
 * due dates) use this clock, since those of the processes may differ by minutes.
 */
export const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

/**
 * The same, read once by a statement: for comparisons with an indexed column. The clock itself gives another time to each
 * row, so that an index could not be searched by it, and all rows would be read.
 */
export const statementNow = sql<number>`(select ${databaseNow})`
