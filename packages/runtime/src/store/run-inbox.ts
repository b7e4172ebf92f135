import { TenonError } from '@tenon/core/errors'
import type { Vote } from '@tenon/core/node'
import { type Actor, type Fact, factId, isRunOver, type RunStatus } from '@tenon/core/run'
import type { FactToCommit } from '../commit/commit-types.ts'
import type { Alongside } from '../engine.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredWait } from '../run-store.ts'

/** What became of a message to a run; accepted ones are stored and will be taken in. */
export type PutMessage =
  | { readonly outcome: 'accepted'; readonly runId: string; readonly owner: string | null }
  | { readonly outcome: 'not_found' | 'closed' }

/** Who is told of a message, and what else its transaction stores. */
export interface MessageRoute {
  /**
   * Embedded: the worker of this process, which gets the run if nobody has it, or null. Temporal: absent, the outbox is
   * told instead.
   */
  readonly workerId?: string | null
  readonly alongside?: Alongside | undefined
}

/** Takes votes and cancelations of people in; the same on both engines. */
export interface RunInbox {
  /**
   * Takes a vote in. The same vote again is accepted and changes nothing: who got no answer may ask again.
   *
   * @throws {@link TenonError} `REQUEST_INVALID` for a choice that the approval does not offer, `APPROVAL_VOTED` for
   * another choice of somebody who has voted.
   */
  decide(tenantId: string, approvalId: string, vote: Vote, route: MessageRoute): Promise<PutMessage>
  cancel(tenantId: string, runId: string, actor: Actor | null, route: MessageRoute): Promise<PutMessage>
  /** The messages that a run has not consumed, oldest first. */
  read(run: { readonly tenantId: string; readonly runId: string }): Promise<readonly FactToCommit[]>
}

type RuntimeTx = Tx<RuntimeTables>

export function createInbox(database: RuntimeDatabase, now: () => number): RunInbox {
  return {
    read: (run) => database.withTenant(run.tenantId, (tx) => readMessages(tx, run)),
    decide: (tenantId, approvalId, vote, route) =>
      database.withTenant(tenantId, async (tx) => {
        const wait = await tx
          .selectFrom('waits')
          .select(['run_id', 'wait_id', 'status', 'wait_for'])
          .where('tenant_id', '=', tenantId)
          .where('approval_id', '=', approvalId)
          .forUpdate()
          .executeTakeFirst()
        if (wait === undefined) return { outcome: 'not_found' }
        if (wait.status !== 'open') return { outcome: 'closed' }
        const { choices } = JSON.parse(wait.wait_for) as StoredWait['waitFor']
        if (!choices.includes(vote.choice)) throw choiceInvalid(choices)
        const isNew = await insertVote(tx, tenantId, approvalId, vote)
        if (!isNew) await checkSameChoice(tx, tenantId, approvalId, vote)
        const fact: Fact = { type: 'approval_decided', data: { waitId: wait.wait_id, vote } }
        const { alongside, ...rest } = route
        const message = { tenantId, runId: wait.run_id, fact, at: now() }
        return putMessage(tx, { ...message, route: isNew ? { ...rest, alongside } : rest })
      }),
    cancel: (tenantId, runId, actor, route) =>
      database.withTenant(tenantId, async (tx) => {
        const run = await tx
          .selectFrom('runs')
          .select('status')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          .executeTakeFirst()
        if (run === undefined) return { outcome: 'not_found' }
        if (isRunOver(run.status as RunStatus)) return { outcome: 'closed' }
        const fact: Fact = { type: 'cancel_requested', data: { reason: 'user', actor } }
        return putMessage(tx, { tenantId, runId, fact, at: now(), route })
      }),
  }
}

/** Reads the messages that a run has not consumed, oldest first, in the caller's transaction. */
export async function readMessages(
  tx: RuntimeTx,
  { tenantId, runId }: { readonly tenantId: string; readonly runId: string },
): Promise<readonly FactToCommit[]> {
  const rows = await tx
    .selectFrom('run_inbox')
    .select(['message_id', 'fact'])
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('consumed_turn', 'is', null)
    .orderBy('position')
    .execute()
  return rows.map((row) => ({ fact: JSON.parse(row.fact) as Fact, messageId: row.message_id }))
}

function choiceInvalid(choices: readonly string[]): TenonError {
  const message = `Choose one of ${choices.join(', ')}`
  return new TenonError('REQUEST_INVALID', message, {
    details: { issues: [{ path: ['choice'], code: 'unknown', message }] },
  })
}

/** One vote a person; true if this is it. */
async function insertVote(tx: RuntimeTx, tenantId: string, approvalId: string, vote: Vote): Promise<boolean> {
  const row = { tenant_id: tenantId, approval_id: approvalId, user_id: vote.actor.userId, at: vote.at }
  const inserted = await tx
    .insertInto('wait_votes')
    .values({ ...row, vote: JSON.stringify(vote) })
    .onConflict((conflict) => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return inserted !== undefined
}

async function checkSameChoice(tx: RuntimeTx, tenantId: string, approvalId: string, vote: Vote): Promise<void> {
  const stored = await tx
    .selectFrom('wait_votes')
    .select('vote')
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('user_id', '=', vote.actor.userId)
    .executeTakeFirstOrThrow()
  const { choice }: Vote = JSON.parse(stored.vote)
  if (choice !== vote.choice) throw new TenonError('APPROVAL_VOTED', 'You have chosen otherwise already')
}

interface Message {
  readonly tenantId: string
  readonly runId: string
  readonly fact: Fact
  readonly at: number
  readonly route: MessageRoute
}

async function putMessage(tx: RuntimeTx, { tenantId, runId, fact, at, route }: Message): Promise<PutMessage> {
  await tx
    .insertInto('run_inbox')
    .values({ tenant_id: tenantId, run_id: runId, message_id: factId(fact), fact: JSON.stringify(fact), at })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await route.alongside?.(tx)
  if (route.workerId === undefined) {
    await tx.insertInto('outbox').values({ tenant_id: tenantId, run_id: runId, kind: 'poke', ready_at: at }).execute()
    return { outcome: 'accepted', runId, owner: null }
  }
  const { workerId } = route
  const ready = await tx
    .insertInto('run_ready')
    .values({ tenant_id: tenantId, run_id: runId, ready_at: at, worker_id: workerId, poked: workerId === null })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'run_id']).doUpdateSet({ poked: true }))
    .returning('worker_id')
    .executeTakeFirst()
  return { outcome: 'accepted', runId, owner: ready?.worker_id ?? null }
}
