import type { JsonObject, JsonSchema, RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema, type WaitFor } from '@tenon/core/node'
import { type Actor, type Fact, factId, type NodeRunId, type ValueRef, type WaitId } from '@tenon/core/run'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Payload } from './append.ts'
import { END_MESSAGES } from './judge-pause.ts'
import type { EventTarget } from './match-key.ts'
import { type MessageRoute, wakeRun } from './put-message.ts'

/** Events of a tenant that are kept at the same time. */
const MAX_KEPT_EVENTS = 10_000
/** Bytes of their payloads. */
const MAX_KEPT_BYTES = 67_108_864
/** Expired rows of a tenant that one event deletes. */
const SWEEP_ROWS = 100
/** Waits without a fitting payload that an answer names. */
const MAX_REFUSED = 20

/** An event or a callback with its payload as it is stored. */
export interface EventToPut {
  readonly tenantId: string
  readonly target: EventTarget
  readonly matchKey: string
  readonly eventId: string
  /** True if the sender chose the id. */
  readonly hasId: boolean
  /** Of target and payload. */
  readonly digest: string
  readonly payload: ValueRef
  readonly json: JsonObject
  readonly payloads: readonly Payload[]
  readonly actor: Actor | null
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number
  /** Milliseconds since the Unix epoch, until which it is kept and its id is recognized. */
  readonly expiresAt: number
  readonly route: MessageRoute
}

/** A wait that an event has not ended, since its payload does not fit. */
export interface RefusedWait {
  /** Run that still waits. */
  readonly runId: RunId
  /** Node run that still waits. */
  readonly nodeRunId: NodeRunId
  /** Sentence that describes the fault. */
  readonly message: string
}

/** Result of an event; `gone` for a callback that its run no longer waits for. */
export type PutEvent =
  | {
      readonly outcome: 'delivered' | 'buffered'
      /** Runs whose waits it has ended, with the workers that own them. */
      readonly runs: readonly { readonly runId: string; readonly owner: string | null }[]
      readonly delivered: number
      readonly expiresAt: number | null
      readonly refused: readonly RefusedWait[]
      /** True for an event that was stored before: nothing was changed. */
      readonly isRepeated: boolean
    }
  | { readonly outcome: 'gone' }
  /** Another transaction has stored an event with the same id at the same time: try again. */
  | { readonly outcome: 'retry' }

interface OpenWaitRow {
  readonly approval_id: string
  readonly run_id: string
  readonly wait_id: WaitId
  readonly node_run_id: string
  readonly wait_for: string
}

type RuntimeTx = Tx<RuntimeTables>

/**
 * Delivers an event to every open wait with its match key, or keeps it for the next one, in the caller's transaction. The
 * lock of the match key orders it with waits that are being opened, and the locks of their rows with their ends.
 *
 * @throws {@link TenonError} `EVENT_ID_USED` for the id of another event, `EVENT_PAYLOAD_INVALID` if the payload fits none
 * of the waits, `EVENT_BUFFER_FULL`.
 */
export async function putEvent(tx: RuntimeTx, event: EventToPut): Promise<PutEvent> {
  const { tenantId, target, matchKey } = event
  // In the order of all transactions: values, the match key, waits, kept events, messages.
  await addPayload(tx, event)
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId} ${matchKey}`}, 0))`.execute(tx)
  const waits = await lockMatchingWaits(tx, event)
  await sweep(tx, tenantId)
  const first = await findStored(tx, event)
  if (first !== null) return first
  const { fitting, refused } = sortByFit(waits, event)
  if (fitting.length === 0 && refused.length > 0) {
    throw new TenonError('EVENT_PAYLOAD_INVALID', refused[0]?.message ?? 'The payload does not fit', {
      details: { refused: refused.length },
    })
  }
  if (fitting.length === 0 && target.kind === 'callback' && (await isGone(tx, event))) return { outcome: 'gone' }
  const isKept = fitting.length === 0
  if (isKept) await checkRoom(tx, event)
  if ((isKept || event.hasId) && !(await keep(tx, event, fitting.length))) return { outcome: 'retry' }
  for (const wait of fitting) await deliver(tx, event, wait)
  await event.route.hook?.(tx)
  const runs: { readonly runId: string; readonly owner: string | null }[] = []
  for (const runId of [...new Set(fitting.map((wait) => wait.run_id))].sort()) {
    runs.push({ runId, owner: await wakeRun(tx, { tenantId, runId }, event.route, 'event_received') })
  }
  return {
    outcome: isKept ? 'buffered' : 'delivered',
    runs,
    delivered: fitting.length,
    expiresAt: isKept ? event.expiresAt : null,
    refused: refused.slice(0, MAX_REFUSED),
    isRepeated: false,
  }
}

async function addPayload(tx: RuntimeTx, { tenantId, payloads }: EventToPut): Promise<void> {
  if (payloads.length === 0) return
  await tx
    .insertInto('payloads')
    .values(payloads.map(({ hash, size, text }) => ({ tenant_id: tenantId, hash, size, data: text })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Locks the open waits that the event may end; not those of runs that are being canceled. */
async function lockMatchingWaits(tx: RuntimeTx, { tenantId, matchKey }: EventToPut): Promise<readonly OpenWaitRow[]> {
  await tx
    .selectFrom('waits')
    .select('approval_id')
    .where('tenant_id', '=', tenantId)
    .where('match_key', '=', matchKey)
    .where('status', '=', 'open')
    .where('resolution', 'is', null)
    .orderBy('approval_id')
    .forUpdate()
    .execute()
  // Read after the locks: this transaction may have waited for them past the due date or a cancelation.
  return tx
    .selectFrom('waits')
    .select(['approval_id', 'run_id', 'wait_id', 'node_run_id', 'wait_for'])
    .where('tenant_id', '=', tenantId)
    .where('match_key', '=', matchKey)
    .where('status', '=', 'open')
    .where('resolution', 'is', null)
    .where((eb) => eb.or([eb('due_at', 'is', null), eb('due_at', '>', databaseNow)]))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('run_inbox')
            .select('run_inbox.run_id')
            .where('run_inbox.tenant_id', '=', tenantId)
            .whereRef('run_inbox.run_id', '=', 'waits.run_id')
            .where('run_inbox.message_id', 'in', END_MESSAGES),
        ),
      ),
    )
    .orderBy('approval_id')
    .execute()
}

/** Deletes some of the events of the tenant that have expired. */
async function sweep(tx: RuntimeTx, tenantId: string): Promise<void> {
  await tx
    .deleteFrom('event_buffer')
    .where('tenant_id', '=', tenantId)
    .where('event_id', 'in', (eb) =>
      eb
        .selectFrom('event_buffer')
        .select('event_id')
        .where('tenant_id', '=', tenantId)
        .where('expires_at', '<=', databaseNow)
        .orderBy('expires_at')
        .limit(SWEEP_ROWS)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}

/** Returns the answer to an event that was stored before with the same id. */
async function findStored(tx: RuntimeTx, event: EventToPut): Promise<PutEvent | null> {
  if (!event.hasId) return null
  const stored = await tx
    .selectFrom('event_buffer')
    .select(['digest', 'delivered', 'expires_at'])
    .where('tenant_id', '=', event.tenantId)
    .where('event_id', '=', event.eventId)
    .executeTakeFirst()
  if (stored === undefined) return null
  if (stored.digest !== event.digest) throw new TenonError('EVENT_ID_USED', 'Another event was sent with this id')
  const { delivered } = stored
  const expiresAt = delivered > 0 ? null : stored.expires_at
  const outcome = delivered > 0 ? 'delivered' : 'buffered'
  return { outcome, runs: [], delivered, expiresAt, refused: [], isRepeated: true }
}

function sortByFit(
  waits: readonly OpenWaitRow[],
  { json }: EventToPut,
): { readonly fitting: readonly OpenWaitRow[]; readonly refused: readonly RefusedWait[] } {
  const fitting: OpenWaitRow[] = []
  const refused: RefusedWait[] = []
  const known = new Map<string, string | null>()
  for (const wait of waits) {
    const { schema } = JSON.parse(wait.wait_for) as Extract<WaitFor, { kind: 'event' | 'callback' }>
    const text = JSON.stringify(schema)
    if (!known.has(text)) known.set(text, schema === null ? null : faultOf(schema, json))
    const message = known.get(text) ?? null
    if (message === null) fitting.push(wait)
    else refused.push({ runId: wait.run_id, nodeRunId: wait.node_run_id, message })
  }
  return { fitting, refused }
}

/** Describes the first fault of a payload; `null` if it fits. A schema that cannot be applied refuses all. */
function faultOf(schema: JsonSchema, json: JsonObject): string | null {
  try {
    const [issue] = checkJsonSchema(schema, json)
    if (issue === undefined) return null
    const path = issue.path.join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  } catch (error) {
    if (error instanceof TenonError && error.code === 'JSON_SCHEMA_INVALID') return error.message
    throw error
  }
}

/** Checks whether a callback is too late: its node run has waited for it before, or its run has ended. */
async function isGone(tx: RuntimeTx, { tenantId, target, matchKey }: EventToPut): Promise<boolean> {
  if (target.kind !== 'callback') return false
  const run = await tx
    .selectFrom('runs')
    .select('finished_at')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', target.runId)
    .executeTakeFirst()
  if (run === undefined || run.finished_at !== null) return true
  const row = await tx
    .selectFrom('waits')
    .select('wait_id')
    .where('tenant_id', '=', tenantId)
    .where('run_id', '=', target.runId)
    .where('match_key', '=', matchKey)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** @throws {@link TenonError} `EVENT_BUFFER_FULL` if the tenant has too many events that no run has waited for. */
async function checkRoom(tx: RuntimeTx, { tenantId, payload }: EventToPut): Promise<void> {
  const kept = await tx
    .selectFrom('event_buffer')
    .select((eb) => [
      eb.fn.countAll<number>().as('count'),
      eb.fn.coalesce(eb.fn.sum<number>('size'), sql<number>`0`).as('bytes'),
    ])
    .where('tenant_id', '=', tenantId)
    .where('payload', 'is not', null)
    .where('expires_at', '>', databaseNow)
    .executeTakeFirstOrThrow()
  if (Number(kept.count) < MAX_KEPT_EVENTS && Number(kept.bytes) + payload.size <= MAX_KEPT_BYTES) return
  throw new TenonError(
    'EVENT_BUFFER_FULL',
    `No run waits for this event, and the tenant has ${kept.count} events of ${kept.bytes} bytes that wait for a run`,
    { details: { limit: MAX_KEPT_EVENTS, limitBytes: MAX_KEPT_BYTES } },
  )
}

/** Stores an event for the next wait, or the id of a delivered one. Returns `false` if the id was stored just now. */
async function keep(tx: RuntimeTx, event: EventToPut, delivered: number): Promise<boolean> {
  const isKept = delivered === 0
  const { payload, payloads, actor } = event
  const added = await tx
    .insertInto('event_buffer')
    .values({
      tenant_id: event.tenantId,
      event_id: event.eventId,
      kind: event.target.kind,
      match_key: event.matchKey,
      payload: isKept ? JSON.stringify(payload) : null,
      payload_hash: isKept && payloads.length > 0 ? payload.hash : null,
      size: payload.size,
      received_at: event.receivedAt,
      expires_at: event.expiresAt,
      actor: actor === null ? null : JSON.stringify(actor),
      has_id: event.hasId,
      digest: event.digest,
      delivered,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('event_id')
    .executeTakeFirst()
  return added !== undefined
}

/** Stores the event as a message of the run that waits, and marks the wait, so that the next event finds another one. */
async function deliver(tx: RuntimeTx, event: EventToPut, wait: OpenWaitRow): Promise<void> {
  const { tenantId, eventId, payload, payloads, actor, receivedAt } = event
  const { run_id: runId, wait_id: waitId } = wait
  const fact: Fact = { type: 'event_received', data: { waitId, eventId, payload, receivedAt, actor } }
  for (const { hash } of payloads) {
    await tx
      .insertInto('payload_refs')
      .values({ tenant_id: tenantId, run_id: runId, hash })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
  await tx
    .updateTable('waits')
    .set({ resolution: JSON.stringify({ eventId }) })
    .where('tenant_id', '=', tenantId)
    .where('approval_id', '=', wait.approval_id)
    .execute()
  await tx
    .insertInto('run_inbox')
    .values({
      tenant_id: tenantId,
      run_id: runId,
      message_id: factId(fact),
      fact: JSON.stringify(fact),
      at: receivedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
