import { factId } from '@tenon/core/run'
import { sql } from 'kysely'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Message } from './put-message.ts'
import type { RunRef } from './run-ref.ts'

/** Ids of the messages that start a run, from `factId`, in their order: its start, and what it takes from an earlier run. */
const START_MESSAGES = ['start', 'reused'] as const

/**
 * Takes a run that waits to start out of the queue, so that it never starts: it applies the cancelation that follows and
 * nothing else. Has no effect on a run that was admitted.
 */
export async function leaveQueue(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<void> {
  const left = await tx
    .deleteFrom('run_admissions')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('admitted_at', 'is', null)
    .returning('run_id')
    .executeTakeFirst()
  if (left === undefined) return
  await tx
    .deleteFrom('run_inbox')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', 'in', START_MESSAGES)
    .execute()
}

/**
 * Stores a message for a run that waits to start, to be applied before its start. The run is not woken.
 *
 * @returns False if the run does not wait.
 */
export async function putBeforeStart(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, fact, at, route }: Message,
): Promise<boolean> {
  const waiting = await tx
    .selectFrom('run_admissions')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('admitted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (waiting === undefined) return false
  await tx
    .insertInto('run_inbox')
    .values({ tenant_id: tenantId, run_id: runId, message_id: factId(fact), fact: JSON.stringify(fact), at })
    .execute()
  for (const messageId of START_MESSAGES) {
    await tx
      .updateTable('run_inbox')
      .set({ position: sql<number>`default` })
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .where('message_id', '=', messageId)
      .execute()
  }
  await route.hook?.(tx)
  return true
}
