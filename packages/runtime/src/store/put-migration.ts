import { type Fact, factId, isRunOver, type MigrateRequest, type RunStatus } from '@tenon/core/run'
import type { Plan } from '../interpreter/plan.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { hasEndMessage, isEnding } from './judge-pause.ts'
import { type MessageRoute, type PutMessage, putMessage } from './put-message.ts'
import type { RunRef } from './run-ref.ts'

/**
 * Result of a request to move a run. `unchanged`: the run executes the version already; `queued`: it has not begun;
 * `pending`: another request waits.
 */
export type PutMigration = PutMessage | { readonly outcome: 'unchanged' | 'queued' | 'pending' }

/** A request to move a run to another version, with the plan of that. */
export interface MigrationToPut extends RunRef {
  readonly request: Omit<MigrateRequest, 'from' | 'planHash'>
  readonly plan: Plan
  readonly at: number
  readonly route: MessageRoute
}

/** Beginning of the ids of requests to move a run, from `factId`. */
const MIGRATE_MESSAGES = 'migrate/'

/**
 * Accepts a request to move a run to another version, in the caller's transaction: it locks the run, so that of two
 * requests at once the second one sees the first. The plan is stored with it.
 */
export async function putMigration(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, request, plan, at, route }: MigrationToPut,
): Promise<PutMigration> {
  const run = await tx
    .selectFrom('runs')
    .select(['status', 'version'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .forNoKeyUpdate()
    .executeTakeFirst()
  if (run === undefined) return { outcome: 'not_found' }
  if (isRunOver(run.status as RunStatus)) return { outcome: 'closed' }
  if (run.status === 'queued') return { outcome: 'queued' }
  const data = { ...request, from: run.version, planHash: plan.planHash }
  const fact: Fact = { type: 'migrate_requested', data }
  const waiting = await tx
    .selectFrom('run_inbox')
    .select('message_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', 'like', `${MIGRATE_MESSAGES}%`)
    .executeTakeFirst()
  if (waiting !== undefined) {
    return waiting.message_id === factId(fact) ? { outcome: 'accepted', runId, owner: null } : { outcome: 'pending' }
  }
  if (run.version === request.version) return { outcome: 'unchanged' }
  if ((await hasEndMessage(tx, { tenantId, runId })) || (await isEnding(tx, { tenantId, runId }))) {
    return { outcome: 'closed' }
  }
  await tx
    .insertInto('plans')
    .values({ tenant_id: tenantId, plan_hash: plan.planHash, data: JSON.stringify(plan) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return putMessage(tx, { tenantId, runId, fact, at, route })
}
