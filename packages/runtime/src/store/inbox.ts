import { randomUUID } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import {
  type Actor,
  eventClassOf,
  type Fact,
  isRunOver,
  isSameVote,
  type RunStatus,
  type StoredVote,
} from '@tenon/core/run'
import type { Selectable } from 'kysely'
import type { FactToCommit } from '../commit/commit-types.ts'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeDatabase, RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { StoredWait } from '../stored-waits.ts'
import type { Payload } from './append.ts'
import { endMessages, isUndoing, judgePause, type PauseType } from './judge-pause.ts'
import { type MessageRoute, type PutMessage, putMessage } from './put-message.ts'
import { addPayloads, type PutResolution, putResolution, type ResolutionToPut } from './put-resolution.ts'
import { leaveQueue, putBeforeStart } from './queued-messages.ts'
import { laterFactError } from './release-to-readers.ts'
import type { RunRef } from './run-ref.ts'

/** Result of a request to pause or to resume a run; `unchanged` if the run is as requested, or will be. */
type PutPause = PutMessage | { readonly outcome: 'unchanged' }

/** Vote for the inbox of its run, with its params in their form in the log. */
export type VoteToPut = StoredVote & { readonly payloads?: readonly Payload[] }

/** Accepts votes, cancelations, resolutions of parked node runs, and requests to pause and to resume; the same on both engines. */
export interface RunInbox {
  /**
   * Accepts a vote if it will count. The check holds the lock of the wait's row, so that of twenty concurrent votes on
   * an approval that needs one, one is `accepted` and the others are `closed`. Also `closed`: the due date has passed
   * by the database's clock, or the run is being canceled. The same vote again, while the approval is open or resolved,
   * is accepted and changes nothing: a client without a response may retry.
   *
   * @throws {@link TenonError} `REQUEST_INVALID` for a choice that the approval does not offer, `APPROVAL_VOTED` for
   * another choice of a user who has voted.
   */
  decide(tenantId: string, approvalId: string, vote: VoteToPut, route: MessageRoute): Promise<PutMessage>
  /**
   * Accepts the resolution of a parked node run if it is the first one, under the lock of the row of its wait: the others
   * get `closed`. Also `closed`: the run is being canceled, or has ended. A request with the id of the accepted one is
   * `repeated` and changes nothing. The run ignores an accepted resolution if it begins to end first, as by its time
   * limit.
   */
  resolve(tenantId: string, parkedId: string, request: ResolutionToPut, route: MessageRoute): Promise<PutResolution>
  /** Accepts a request to cancel a run that has not ended. */
  cancel(tenantId: string, runId: string, actor: Actor | null, route: MessageRoute): Promise<PutMessage>
  /** Accepts a request to end a run that has not ended without undoing what it has done. */
  skipCompensation(tenantId: string, runId: string, actor: Actor | null, route: MessageRoute): Promise<PutMessage>
  /**
   * Accepts a request to pause a run that has not ended and is not ending, if it changes anything. The lock on the run
   * orders the requests, so that of several at once one is stored, and those that are stored alternate. The run ignores
   * an accepted request if it begins to end first, as by its time limit.
   */
  pause(tenantId: string, runId: string, actor: Actor | null, route: MessageRoute): Promise<PutPause>
  /** Accepts a request to resume a run, in the same way. */
  resume(tenantId: string, runId: string, actor: Actor | null, route: MessageRoute): Promise<PutPause>
  /**
   * Reads the messages that a run has yet to apply, oldest first.
   *
   * @param dueAt - Waits first for votes and events in flight for waits that are due by then: one that has the lock of its
   * wait before the due date counts, and is read here; a later one is refused. @defaultValue waits for none
   * @throws {@link TenonError} `RUN_LOG_NEWER` if only a later version can read one of them.
   */
  read(run: RunRef, dueAt?: number): Promise<readonly FactToCommit[]>
}

type RuntimeTx = Tx<RuntimeTables>

/** Opens the inbox of the runs in a database. */
export function createInbox(database: RuntimeDatabase, now: () => number): RunInbox {
  const putPause =
    (type: PauseType): RunInbox['pause'] =>
    (tenantId, runId, actor, route) =>
      database.withTenant(tenantId, async (tx) => {
        const verdict = await judgePause(tx, { tenantId, runId }, type)
        if (verdict !== 'new') return { outcome: verdict }
        // The request can be made again, so its id is a new one each time.
        const fact: Fact = { type, data: { requestId: randomUUID(), actor } }
        if (await putBeforeStart(tx, { tenantId, runId, fact, at: now(), route })) {
          return { outcome: 'accepted', runId, owner: null }
        }
        return putMessage(tx, { tenantId, runId, fact, at: now(), route })
      })
  const putEnd =
    (factOf: (actor: Actor | null) => Fact): RunInbox['cancel'] =>
    (tenantId, runId, actor, route) =>
      database.withTenant(tenantId, async (tx) => {
        const run = await tx
          .selectFrom('runs')
          .select('status')
          .where('tenant_id', '=', tenantId)
          .where('run_id', '=', runId)
          // After an append in flight, which may end the run.
          .forShare()
          .executeTakeFirst()
        if (run === undefined) return { outcome: 'not_found' }
        if (isRunOver(run.status as RunStatus)) return { outcome: 'closed' }
        // Orders the request and the votes of its run, so that no vote is accepted after an end that it does not see.
        await lockOpenWaits(tx, { tenantId, runId })
        if (run.status === 'queued') await leaveQueue(tx, { tenantId, runId })
        const fact = factOf(actor)
        // It would have no effect, and would drop the node types that the run still needs.
        if (fact.type === 'cancel_requested' && (await isUndoing(tx, { tenantId, runId }))) {
          return { outcome: 'accepted', runId, owner: null }
        }
        return putMessage(tx, { tenantId, runId, fact, at: now(), route })
      })
  return {
    read: (run, dueAt) =>
      database.withTenant(run.tenantId, async (tx) => {
        if (dueAt !== undefined) await lockOpenWaits(tx, run, dueAt)
        return (await readInbox(tx, run)).messages
      }),
    decide: (tenantId, approvalId, { payloads = [], ...vote }, route) =>
      database.withTenant(tenantId, async (tx) => {
        if (payloads.length > 0) await addVotePayloads(tx, { tenantId, approvalId, payloads })
        const wait = await lockWait(tx, tenantId, approvalId)
        if (wait === undefined) return { outcome: 'not_found' }
        const waitFor = JSON.parse(wait.wait_for) as StoredWait['waitFor']
        const votes = await readVotes(tx, tenantId, approvalId)
        const verdict = await judgeVote(tx, { tenantId, approvalId, wait, waitFor, vote, votes })
        if (verdict === 'closed') return { outcome: 'closed' }
        if (verdict === 'repeated') return { outcome: 'accepted', runId: wait.run_id, owner: null }
        const row = { tenant_id: tenantId, approval_id: approvalId, user_id: vote.actor.userId, at: vote.at }
        await tx
          .insertInto('wait_votes')
          .values({ ...row, vote: JSON.stringify(vote) })
          .execute()
        if (isDecided([...votes, vote], waitFor)) await closeInLists(tx, tenantId, approvalId, vote)
        const fact: Fact = { type: 'approval_decided', data: { waitId: wait.wait_id, vote } }
        return putMessage(tx, { tenantId, runId: wait.run_id, fact, at: now(), route })
      }),
    resolve: (tenantId, parkedId, request, route) =>
      database.withTenant(tenantId, (tx) => putResolution(tx, { ...request, tenantId, parkedId, at: now(), route })),
    cancel: putEnd((actor) => ({ type: 'cancel_requested', data: { reason: 'user', actor } })),
    skipCompensation: putEnd((actor) => ({ type: 'compensation_skip_requested', data: { actor } })),
    pause: putPause('pause_requested'),
    resume: putPause('resume_requested'),
  }
}

/** Returns a message as a fact. A later version of this package may have written an unknown one. */
function readableFact(fact: Fact): Fact {
  if (eventClassOf(fact.type) !== 'fact') throw laterFactError('inbox', fact.type)
  return fact
}

/** Messages of a run, and the end of its log at the same moment. */
interface ReadInbox {
  /** Messages that the run has yet to apply, oldest first. */
  readonly messages: readonly FactToCommit[]
  /** `seq` of the next event of the run, ≥ 1; null for a run that the tenant does not have. */
  readonly nextSeq: number | null
}

/**
 * Reads the messages of a run and the end of its log with one statement, in the caller's transaction.
 *
 * @throws {@link TenonError} `RUN_LOG_NEWER` (details: `type`) if only a later version can read one of the messages: it
 * would be lost if this version dropped it.
 */
export async function readInbox(tx: RuntimeTx, { tenantId, runId }: RunRef): Promise<ReadInbox> {
  const rows = await tx
    .selectFrom('runs')
    .leftJoin('run_inbox', (join) =>
      join.onRef('run_inbox.tenant_id', '=', 'runs.tenant_id').onRef('run_inbox.run_id', '=', 'runs.run_id'),
    )
    .select(['runs.next_seq', 'run_inbox.message_id', 'run_inbox.fact'])
    .where('runs.tenant_id', '=', tenantId)
    .where('runs.run_id', '=', runId)
    .orderBy('run_inbox.position')
    .execute()
  const messages = rows.flatMap(({ fact, message_id: messageId }) =>
    fact === null || messageId === null ? [] : [{ fact: readableFact(JSON.parse(fact)), messageId }],
  )
  return { messages, nextSeq: rows[0]?.next_seq ?? null }
}

function choiceInvalid(choices: readonly string[]): TenonError {
  const message = `Choose one of ${choices.join(', ')}`
  return new TenonError('REQUEST_INVALID', message, {
    details: { issues: [{ path: ['choice'], code: 'unknown', message }] },
  })
}

/** Stores large params of a vote, before the lock of the wait as in every transaction. They go with the run. */
async function addVotePayloads(
  tx: RuntimeTx,
  {
    tenantId,
    approvalId,
    payloads,
  }: { readonly tenantId: string; readonly approvalId: string; readonly payloads: readonly Payload[] },
): Promise<void> {
  const wait = await tx
    .selectFrom('waits')
    .select('run_id')
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .executeTakeFirst()
  if (wait !== undefined) await addPayloads(tx, { tenantId, runId: wait.run_id }, payloads)
}

type WaitRow = Pick<Selectable<RuntimeTables['waits']>, 'run_id' | 'wait_id' | 'status' | 'wait_for' | 'due_at'>

function lockWait(tx: RuntimeTx, tenantId: string, approvalId: string): Promise<WaitRow | undefined> {
  return tx
    .selectFrom('waits')
    .select(['run_id', 'wait_id', 'status', 'wait_for', 'due_at'])
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .where('kind', '=', 'approval')
    .forUpdate()
    .executeTakeFirst()
}

interface VoteToJudge {
  readonly tenantId: string
  readonly approvalId: string
  /** Locked row of the wait. */
  readonly wait: WaitRow
  readonly waitFor: StoredWait['waitFor']
  readonly vote: StoredVote
  /** Votes before it. */
  readonly votes: readonly StoredVote[]
}

/** Decides whether a vote counts; the caller holds the lock of the wait's row. */
async function judgeVote(
  tx: RuntimeTx,
  { tenantId, approvalId, wait, waitFor, vote, votes }: VoteToJudge,
): Promise<'new' | 'repeated' | 'closed'> {
  if (!waitFor.choices.includes(vote.choice)) {
    if (wait.status !== 'open') return 'closed'
    throw choiceInvalid(waitFor.choices)
  }
  const own = votes.find(({ actor }) => actor.userId === vote.actor.userId)
  if (own !== undefined && isSameVote(own, vote) && (wait.status === 'open' || wait.status === 'resolved'))
    return 'repeated'
  if (wait.status !== 'open' || isDecided(votes, waitFor)) return 'closed'
  if (own !== undefined) throw new TenonError('APPROVAL_VOTED', 'You already voted for a different option')
  // Read after the lock: a transaction may have waited for it past the due date.
  const { at, is_canceling: isCanceling } = await tx
    .selectFrom('waits')
    .select((eb) => [
      databaseNow.as('at'),
      eb.exists(endMessages(tx, tenantId, eb.val(wait.run_id))).as('is_canceling'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .executeTakeFirstOrThrow()
  return isCanceling || (wait.due_at !== null && wait.due_at <= at) ? 'closed' : 'new'
}

async function readVotes(tx: Tx<RuntimeTables>, tenantId: string, approvalId: string): Promise<readonly StoredVote[]> {
  const rows = await tx
    .selectFrom('wait_votes')
    .select('vote')
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .execute()
  return rows.map((row) => JSON.parse(row.vote) as StoredVote)
}

/** Marks an approval as decided before its run applies the vote, so that no list shows it as open until then. */
async function closeInLists(
  tx: Tx<RuntimeTables>,
  tenantId: string,
  approvalId: string,
  { choice }: StoredVote,
): Promise<void> {
  await tx
    .updateTable('waits')
    .set({ resolution: JSON.stringify({ choice }) })
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', approvalId)
    .execute()
}

/** Checks whether a choice has enough votes; the run may have yet to apply the last of them. */
function isDecided(votes: readonly StoredVote[], { required }: StoredWait['waitFor']): boolean {
  return votes.some((vote) => votes.filter((other) => isSameVote(vote, other)).length >= required)
}

/**
 * Locks the open waits of a run in the order of their ids, or those of them that are due.
 *
 * @param dueAt - Milliseconds since the Unix epoch. @defaultValue all open waits
 */
export async function lockOpenWaits(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef, dueAt?: number): Promise<void> {
  const open = tx
    .selectFrom('waits')
    .select('approval_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where('status', '=', 'open')
    .orderBy('approval_id')
    .forUpdate()
  await (dueAt === undefined ? open : open.where('due_at', '<=', dueAt)).execute()
}
