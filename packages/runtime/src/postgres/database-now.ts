import { sql } from 'kysely'

/**
 * Time of the database, in milliseconds since the Unix epoch. Times that several processes compare (leases, readiness,
 * due dates) use this clock, since those of the processes may differ by minutes.
 */
export const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
