import { sql } from 'kysely'

/**
 * The time of the database, in milliseconds since the Unix epoch. Whatever several processes compare with each other
 * (leases, readiness, due dates) is read from this clock: those of the processes may be minutes apart.
 */
export const databaseNow = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`
