import { iterationPathOf } from '@tenon/core/run'
import { type Expression, sql } from 'kysely'
import { DEADLINE_TIMER } from '../interpreter/end-run.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import { findEvents } from './find-events.ts'
import { lockOpenRun } from './lock-open-run.ts'
import type { RunRef } from './run-ref.ts'

/** Ids of the requests that end a run, from `factId`: to cancel it, and to end it without undoing what it has done. */
const END_MESSAGES: readonly string[] = ['cancel', 'skip_compensation']
/** Beginning of the ids of requests to pause a run, from `factId`. */
export const PAUSE_MESSAGES = 'pause/'
/** Beginning of the ids of requests to resume a run. */
const RESUME_MESSAGES = 'resume/'

/** Types of the facts of requests to pause and to resume. */
export type PauseType = 'pause_requested' | 'resume_requested'

/**
 * Decides whether a request to pause or to resume changes a run, by the last such request that the run has yet to apply,
 * else by its status. Locks the run, so that of two requests at once the second one sees the first.
 *
 * @returns `closed` if the run has ended, and also if it is ending, since the machine would ignore the request: a
 * cancelation is accepted or applied, its time limit is over, or it has failed and its open bodies have yet to stop.
 */
export async function judgePause(
  tx: Tx<RuntimeTables>,
  { tenantId, runId }: RunRef,
  type: PauseType,
): Promise<'new' | 'unchanged' | 'not_found' | 'closed'> {
  const run = await lockOpenRun(tx, { tenantId, runId })
  if (typeof run === 'string') return run
  const messages = await tx
    .selectFrom('run_inbox')
    .select('message_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', runId)
    .where((eb) =>
      eb.or([eb('message_id', 'like', `${PAUSE_MESSAGES}%`), eb('message_id', 'like', `${RESUME_MESSAGES}%`)]),
    )
    .orderBy('position', 'desc')
    .execute()
  if ((await hasEndMessage(tx, { tenantId, runId })) || (await isEnding(tx, { tenantId, runId }))) return 'closed'
  const last = messages[0]?.message_id
  const isPaused = last === undefined ? run.status === 'paused' : last.startsWith(PAUSE_MESSAGES)
  return isPaused === (type === 'pause_requested') ? 'unchanged' : 'new'
}

/** Checks whether a request that ends a run is in its inbox. */
export async function hasEndMessage(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<boolean> {
  return (await endMessages(tx, tenantId, sql.val(runId)).executeTakeFirst()) !== undefined
}

/**
 * Selects the requests in the inbox of a run that will end it. A cancelation of a run that undoes what it has done has
 * no effect, so that votes, events and resolutions still count.
 */
export function endMessages(tx: Tx<RuntimeTables>, tenantId: string, runId: Expression<string>) {
  return tx
    .selectFrom('run_inbox')
    .select('run_inbox.run_id')
    .where('run_inbox.tenant_id', '=', tenantId)
    .where('run_inbox.run_id', '=', runId)
    .where('run_inbox.message_id', 'in', END_MESSAGES)
    .where((eb) =>
      eb.or([eb('run_inbox.message_id', '<>', 'cancel'), eb.not(eb.exists(undoingRows(tx, tenantId, runId)))]),
    )
}

/** Checks whether a run has begun to undo what it has done. Reads the whole log of the run: for rare requests only. */
export async function isUndoing(tx: Tx<RuntimeTables>, { tenantId, runId }: RunRef): Promise<boolean> {
  return (await undoingRows(tx, tenantId, sql.val(runId)).executeTakeFirst()) !== undefined
}

function undoingRows(tx: Tx<RuntimeTables>, tenantId: string, runId: Expression<string>) {
  return tx
    .selectFrom('run_log')
    .innerJoin('runs as logged', (join) =>
      join
        .onRef('logged.tenant_id', '=', 'run_log.tenant_id')
        .onRef('logged.run_id', '=', 'run_log.run_id')
        .onRef('logged.start_week', '=', 'run_log.start_week'),
    )
    .select('run_log.run_id')
    .where('run_log.tenant_id', '=', tenantId)
    .where('run_log.run_id', '=', runId)
    .where(sql<boolean>`strpos(run_log.events, '"compensation_started"') > 0`)
    .limit(1)
}

const isOutsideLoops = (nodeRunId: string): boolean => iterationPathOf(nodeRunId)?.length === 0

/** Types of the events, and the name of the timer, by which {@link isEnding} finds the end of a run. */
const END_STRINGS = [
  'cancel_requested',
  DEADLINE_TIMER,
  'node_cancel_requested',
  'node_failed',
  'join_unsatisfied',
  'failure_handled',
  'node_parked',
  'parked_resolved',
  'compensation_started',
  'compensation_skip_requested',
]

/**
 * Checks whether a run that is open has begun to end; a body may take long to stop. A failure ends the run if no policy
 * handles it and its node is not one that is being canceled, such as the loser of a race. A failure in an iteration ends
 * the iteration; if it ends the run, its loop has failed. A run that undoes what it has done can be paused again.
 */
export async function isEnding(tx: Tx<RuntimeTables>, run: RunRef): Promise<boolean> {
  const canceling = new Set<string>()
  const failed = new Set<string>()
  const parked = new Map<string, string>()
  const events = await findEvents(tx, run, END_STRINGS)
  if (events.some(({ type }) => type === 'compensation_started')) {
    return events.some(({ type }) => type === 'compensation_skip_requested')
  }
  for (const event of events) {
    switch (event.type) {
      case 'cancel_requested':
      case 'compensation_skip_requested':
        return true
      case 'timer_fired':
        if (event.data.timerId === DEADLINE_TIMER) return true
        break
      case 'node_cancel_requested':
        canceling.add(event.nodeRunId)
        break
      case 'node_failed':
      case 'join_unsatisfied':
        if (isOutsideLoops(event.nodeRunId) && !canceling.has(event.nodeRunId)) failed.add(event.nodeRunId)
        break
      case 'failure_handled':
        failed.delete(event.nodeRunId)
        break
      case 'node_parked':
        failed.delete(event.nodeRunId)
        parked.set(event.data.waitId, event.nodeRunId)
        break
      case 'parked_resolved': {
        const nodeRunId = parked.get(event.data.waitId) ?? ''
        if (event.data.resolution.kind === 'fail' && isOutsideLoops(nodeRunId)) failed.add(nodeRunId)
        break
      }
    }
  }
  return failed.size > 0
}
