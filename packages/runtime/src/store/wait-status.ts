import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { StoredWait } from '../stored-waits.ts'

// A decision, an event or a resolution that ends a wait is accepted before the run applies it, which may take long while
// no worker runs. From then on the wait is closed for everyone who reads it.

/** Condition for waits that are open. */
export const isOpenWait: RawBuilder<boolean> = sql`waits.status = 'open' and waits.resolution is null`
/** Condition for waits that are closed. */
export const isClosedWait: RawBuilder<boolean> = sql`(waits.status <> 'open' or waits.resolution is not null)`

/** Returns the status of a wait as readers see it. */
export function waitStatusOf({
  status,
  resolution,
}: Pick<Selectable<RuntimeTables['waits']>, 'status' | 'resolution'>): StoredWait['status'] {
  return status === 'open' && resolution !== null ? 'resolved' : (status as StoredWait['status'])
}
