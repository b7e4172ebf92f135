import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { type PolledItem, type PollParams, pollParams } from '@tenon/core/node'
import { cutText } from '@tenon/core/text'
import type { Plan } from '@tenon/runtime/interpreter'
import { isRefusal } from '../log/is-refusal.ts'
import { stopSchedule } from '../schedule-rules/put-schedules.ts'
import type { FireDeps } from '../schedules/fire-time.ts'
import type { Claiming } from '../schedules/firing.ts'
import { insertSystemAudit } from '../tables/audit-repository.ts'
import { findPoll, type PollValues, putPoll } from '../tables/poll-repository.ts'
import { type ClaimedSchedule, ClaimLost, holdClaim, releaseSchedule } from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { insertUnkeyedEvent } from '../tables/trigger-event-repository.ts'
import { lockTrigger, updateTrigger } from '../tables/trigger-repository.ts'
import type { PollRow, TriggerRow } from '../tables/trigger-tables.ts'
import { findVersionToRun } from '../tables/version-repository.ts'
import { acceptEvent, startByTrigger } from '../triggers/accept-event.ts'
import { askService, type FoundItems, type PollDeps, type PollNode, ReconnectWanted, sourceOf } from './ask-service.ts'
import { memoryOf, type PollMemory, planItems, remember } from './poll-memory.ts'
import { intervalOf, MOST_FAILURES, pauseAfter, waitAfter } from './poll-pace.ts'

/** The row of a poll in `schedules` has no times. */
const NO_TIMES = { due_at: null, waiting_at: null, last_run_id: null } as const

/** Work on a claimed poll. */
interface Polling {
  readonly deps: FireDeps & PollDeps
  readonly claimed: ClaimedSchedule
  readonly trigger: TriggerRow
  readonly params: PollParams
  /** Hash of what is polled. */
  readonly source: string
  /** State of the poll; its memory may be that of another source. */
  readonly row: PollRow | null
  /** `null` for the first poll of this source. */
  readonly memory: PollMemory | null
  readonly claiming: Claiming
}

/**
 * Asks the service of a claimed poll for items, starts a run for each new one, and stores cursor and ids. Each item is an
 * event of the trigger with its id as key, claimed in a transaction that holds the claim of the clock; the cursor is stored
 * after all of them: a process that is killed at any moment leaves items that the next process finds again, with the runs
 * that they have.
 *
 * @throws {@link ClaimLost}; {@link TenonError} for a fault of the server, such as of its database.
 */
export async function firePoll(
  deps: FireDeps & PollDeps,
  claimed: ClaimedSchedule,
  trigger: TriggerRow,
  claiming: Claiming,
): Promise<void> {
  const { node, row } = await deps.database.withTenant(claimed.tenantId, async (tx) => ({
    node: await nodeOf(tx, trigger),
    row: await findPoll(tx, claimed),
  }))
  const params = pollParams.parse(JSON.parse(trigger.params))
  const source = sourceOf(deps, trigger, node)
  const memory = row === null ? null : memoryOf(row, source)
  const polling: Polling = { deps, claimed, trigger, params, source, row, memory, claiming }
  let found: FoundItems
  try {
    if (node === null) throw new TenonError('POLL_FAILED', 'The version has no such trigger')
    found = await askService(deps, claimed, node, memory?.cursor ?? null)
  } catch (error) {
    if (deps.closing.aborted) return comeBack(polling, 0)
    if (error instanceof ReconnectWanted) return wait(polling, 'CONNECTION_NOT_FOUND', WAITS_FOR_CONNECTION)
    // The rate of the connection says nothing about the service.
    if (error instanceof TenonError && error.code === 'CONNECTION_RATE_LIMITED') {
      return wait(polling, error.code, error.message)
    }
    if (isRefusal(error) || isFailure(error)) return fail(polling, error)
    throw error
  }
  await claiming.inTurn(() => startRuns(polling, found))
}

const WAITS_FOR_CONNECTION = 'The poll waits until its connection is connected again'

function isFailure(error: unknown): error is TenonError {
  return error instanceof TenonError && error.code === 'POLL_FAILED'
}

/** Finds the node in the version whose trigger is published. */
async function nodeOf(
  tx: ServerTx,
  { tenant_id, workflow_id, node_id, version }: TriggerRow,
): Promise<PollNode | null> {
  const row = version === null ? null : await findVersionToRun(tx, tenant_id, workflow_id, version)
  const plan = row === null ? null : (JSON.parse(row.plan) as Plan)
  const node = plan?.nodes.find(({ id }) => id === node_id)
  return node === undefined ? null : { ...node, params: node.params as JsonObject }
}

async function startRuns(polling: Polling, { items, cursor, hasMore }: FoundItems): Promise<void> {
  const { memory, params, claiming } = polling
  const plan = planItems(memory, items, params.begin)
  const done: PolledItem[] = [...plan.pass]
  let refusal: TenonError | null = null
  for (const item of plan.start) {
    if (claiming.isClosing()) return comeBack(polling, 0)
    refusal = await startRun(polling, item)
    if (refusal !== null) break
    done.push(item)
  }
  const seen = remember(memory?.seen ?? [], done)
  const known = memory?.seen === seen ? {} : { seen: JSON.stringify(seen) }
  if (refusal !== null) {
    // The first poll is not over, so that it still begins with all that is there.
    return wait(polling, refusal.code, cutText(refusal.message, 300), memory === null ? {} : known)
  }
  const { deps, claimed, source } = polling
  await deps.database.withTenant(claimed.tenantId, async (tx) => {
    const now = await hold(polling, tx)
    const next_at = now + (hasMore ? (items.length > 0 ? 0 : MORE_MS) : intervalOf(params))
    const memorized = { ...known, source_hash: source, cursor: JSON.stringify(cursor) }
    await putPoll(tx, claimed, { ...memorized, ...NO_FAILURE, polled_at: now, next_at })
    // A person who has published another address looks for the items that were there already.
    if (memory === null && plan.start.length === 0 && items.length > 0) await listPassed(tx, polling, items.length, now)
    await releaseSchedule(tx, claimed, NO_TIMES, next_at)
  })
}

/** Pause before a service is asked again that has more, and has returned nothing. */
const MORE_MS = 1_000
const NO_FAILURE = { failures: 0, waits: 0, code: null, message: null } as const

function listPassed(tx: ServerTx, { claimed }: Polling, count: number, at: number): Promise<void> {
  const message = `The first poll has skipped ${count} ${count === 1 ? 'item' : 'items'}: it begins with what is new after it`
  return insertUnkeyedEvent(tx, claimed, { outcome: 'skipped', run_id: null, code: null, message, mode: 'live', at })
}

/**
 * Starts the run of an item, unless it has one.
 *
 * @returns The refusal for which the item has to be tried again later, such as by a full queue; `null` if it is decided. One
 * whose data is refused is listed with the reason, and no later poll could start its run either.
 */
async function startRun(polling: Polling, { id, data }: PolledItem): Promise<TenonError | null> {
  const { deps, claimed, trigger, source } = polling
  try {
    await acceptEvent(deps, claimed, {
      // Another source may have other items with the same ids.
      ...{ mode: 'live', key: `item ${source} ${id}`, hold: (tx) => hold(polling, tx) },
      start: (runId) => startByTrigger(deps, trigger, data, runId),
    })
    return null
  } catch (error) {
    if (!isRefusal(error)) throw error
    // Paused or unpublished in this moment: the claim is lost as well.
    if (error.code === 'TRIGGER_PAUSED' || error.code === 'TRIGGER_NOT_FOUND') throw new ClaimLost(error.message)
    return ITEM_REFUSED.has(error.code) ? null : error
  }
}

/** Refusals that follow from the data of an item. */
const ITEM_REFUSED: ReadonlySet<string> = new Set([
  ...['RUN_INPUT_INVALID', 'VALUE_NOT_JSON', 'VALUE_TOO_LARGE', 'CONCURRENCY_KEY_INVALID', 'START_KEY_INVALID'],
])

/** Holds the claim until a transaction ends, and renews it. @returns Time of the database. */
function hold({ claimed, claiming }: Polling, tx: ServerTx): Promise<number> {
  return holdClaim(tx, claimed, NO_TIMES, claiming.leaseMs)
}

/**
 * Stores a failure: the poll is tried again after a pause, which grows, and is paused with its trigger after many. The memory
 * stays that of the last source that has answered: a faulty address that is corrected loses nothing.
 */
async function fail(polling: Polling, error: TenonError): Promise<void> {
  const { deps, claimed, params } = polling
  const failures = (polling.row?.failures ?? 0) + 1
  const isLast = failures >= MOST_FAILURES
  const failure = { failures, code: error.code, message: cutText(error.message, 300) }
  await deps.database.withTenant(claimed.tenantId, async (tx) => {
    // First the trigger, as others lock it.
    if (isLast) await lockTrigger(tx, claimed)
    const now = await hold(polling, tx)
    const next_at = isLast ? null : now + pauseAfter(failures, intervalOf(params))
    await putPoll(tx, claimed, { ...failure, waits: 0, next_at })
    await list(tx, polling, failure, now)
    if (!isLast) return releaseSchedule(tx, claimed, NO_TIMES, next_at)
    await updateTrigger(tx, claimed, { paused_at: now, pauser_id: null, pauser_name: null, updated_at: now })
    await stopSchedule(tx, claimed)
    const details = { nodeId: claimed.nodeId, failures, code: error.code }
    const { tenantId, workflowId } = claimed
    await insertSystemAudit(tx, { tenantId, action: 'trigger.pause', resource: workflowId, at: now, details })
  })
  const { tenantId, workflowId, nodeId } = claimed
  const said = { tenantId, workflowId, nodeId, failures, code: error.code, reason: failure.message }
  deps.log('warn', isLast ? 'poll.paused: it has failed repeatedly' : 'poll.failed: it is tried again', said)
}

/** Stores what a poll waits for; it is listed when the wait begins. */
async function wait(
  polling: Polling,
  code: TenonError['code'],
  message: string,
  more: Pick<Partial<PollValues>, 'seen'> = {},
): Promise<void> {
  const { deps, claimed, params, row } = polling
  const waits = (row?.waits ?? 0) + 1
  // A connection is asked for nothing of its service, and a person who has connected it looks whether it works.
  const pauseMs = waitAfter(code === 'CONNECTION_NOT_FOUND' ? 1 : waits, intervalOf(params))
  await deps.database.withTenant(claimed.tenantId, async (tx) => {
    const now = await hold(polling, tx)
    const next_at = now + pauseMs
    await putPoll(tx, claimed, { code, message, ...more, waits, next_at })
    // A refused run is listed by itself.
    if (code === 'CONNECTION_NOT_FOUND' && row?.message !== message) await list(tx, polling, { code, message }, now)
    await releaseSchedule(tx, claimed, NO_TIMES, next_at)
  })
}

function list(
  tx: ServerTx,
  { claimed }: Polling,
  { code, message }: { readonly code: string; readonly message: string },
  at: number,
): Promise<void> {
  return insertUnkeyedEvent(tx, claimed, { outcome: 'failed', run_id: null, code, message, mode: 'live', at })
}

/** Leaves the poll to another process. */
async function comeBack({ deps, claimed, claiming }: Polling, afterMs: number): Promise<void> {
  await deps.database.withTenant(claimed.tenantId, (tx) =>
    releaseSchedule(tx, claimed, NO_TIMES, claiming.now + afterMs),
  )
}
