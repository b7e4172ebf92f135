import { type Actor, type Fact, isRunOver, type MigrateRequest, type RunStatus } from '@tenon/core/run'
import type { Plan } from '../interpreter/plan.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { hasEndMessage, isEnding } from './judge-pause.ts'
import { lockOpenRun } from './lock-open-run.ts'
import { type MessageRoute, type PutMessage, putMessage } from './put-message.ts'
import type { RunRef } from './run-ref.ts'
import { storePlan } from './stored-plan.ts'

/**
 * Result of a request to move a run. `unchanged`: the run executes the version already, or a request to move it there
 * waits; `queued`: it has not begun; `pending`: a request for another version waits.
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

/** A request to judge. */
interface MigrationToJudge extends RunRef {
  readonly version: string
  readonly planHash: string
  /** True to lock the run, for a request that is to be stored. */
  readonly locks?: boolean
}

type JudgedMigration =
  | { readonly outcome: 'new'; readonly from: string }
  | Exclude<PutMigration, { readonly outcome: 'accepted' }>

/**
 * Decides by the rows of a run whether it would accept a request to move, without its nodes. A request to move to the
 * version to which another one moves the run changes nothing.
 */
export async function judgeMigration(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, version, planHash, locks = false }: MigrationToJudge,
): Promise<JudgedMigration> {
  const run = await tx
    .selectFrom('runs')
    .select(['status', 'version'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .$if(locks, (query) => query.forNoKeyUpdate())
    .executeTakeFirst()
  if (run === undefined) return { outcome: 'not_found' }
  if (isRunOver(run.status as RunStatus)) return { outcome: 'closed' }
  if (run.status === 'queued') return { outcome: 'queued' }
  const waiting = await readWaiting(tx, { tenantId, runId })
  if (waiting !== null) return { outcome: waiting.planHash === planHash ? 'unchanged' : 'pending' }
  if (run.version === version) return { outcome: 'unchanged' }
  if ((await hasEndMessage(tx, { tenantId, runId })) || (await isEnding(tx, { tenantId, runId }))) {
    return { outcome: 'closed' }
  }
  return { outcome: 'new', from: run.version }
}

/**
 * Accepts a request to move a run to another version, in the caller's transaction: it locks the run, so that of two
 * requests at once the second one sees the first. The plan is stored with it.
 */
export async function putMigration(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, request, plan, at, route }: MigrationToPut,
): Promise<PutMigration> {
  const { planHash } = plan
  const judged = await judgeMigration(tx, { tenantId, runId, version: request.version, planHash, locks: true })
  if (judged.outcome !== 'new') return judged
  await storePlan(tx, tenantId, plan)
  const fact: Fact = { type: 'migrate_requested', data: { ...request, from: judged.from, planHash } }
  return putMessage(tx, { tenantId, runId, fact, at, route })
}

/** Reads the request to move a run that waits in its inbox; `null` without one. */
async function readWaiting(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<MigrateRequest | null> {
  const waiting = await tx
    .selectFrom('run_inbox')
    .select('fact')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('message_id', 'like', `${MIGRATE_MESSAGES}%`)
    .executeTakeFirst()
  if (waiting === undefined) return null
  return (JSON.parse(waiting.fact) as Extract<Fact, { readonly type: 'migrate_requested' }>).data
}

/** Result of a withdrawal; `unchanged` if no request to move the run waits. */
export type PutWithdrawal = PutMessage | { readonly outcome: 'unchanged' }

/** A withdrawal of the request to move a run. */
export interface WithdrawalToPut extends RunRef {
  /** Request that the run has applied and that waits until no node is in progress; `null` without one. */
  readonly applied: Pick<MigrateRequest, 'requestId'> | null
  readonly actor: Actor | null
  readonly at: number
  readonly route: MessageRoute
}

/**
 * Accepts the withdrawal of a request to move a run, in the caller's transaction. The run moves nevertheless if it comes
 * to that first.
 */
export async function putWithdrawal(
  tx: Tx<RuntimeTables>,
  { tenantId, runId, applied, actor, at, route }: WithdrawalToPut,
): Promise<PutWithdrawal> {
  const run = await lockOpenRun(tx, { tenantId, runId })
  if (typeof run === 'string') return { outcome: run }
  // One in the inbox will be refused while another one waits.
  const request = applied ?? (await readWaiting(tx, { tenantId, runId }))
  if (request === null) return { outcome: 'unchanged' }
  const fact: Fact = { type: 'migration_withdrawn', data: { requestId: request.requestId, actor } }
  return putMessage(tx, { tenantId, runId, fact, at, route })
}
