import type { JsonObject, JsonSchema, RunId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { checkJsonSchema } from '@tenon/core/node'
import type { Actor, NodeRunId, ValueRef, WaitId } from '@tenon/core/run'
import { sql } from 'kysely'
import { databaseNow } from '../postgres/database-now.ts'
import type { RuntimeTables } from '../postgres/tables.ts'
import type { Tx } from '../postgres/types.ts'
import type { Payload } from './append.ts'
import { deliver } from './deliver-event.ts'
import { lockEngines } from './engine-lock.ts'
import { addPayloads, checkRoom, deleteExpired, findStored, keep } from './event-buffer.ts'
import { endMessages } from './judge-pause.ts'
import type { EventTarget } from './match-key.ts'
import { type MessageRoute, wakeRuns } from './put-message.ts'
import { deleteUnusedPayloads } from './unused-payloads.ts'

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
  /** The payload if it is large, and the marks of its files. */
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

/** An open wait that an event may end. */
export interface OpenWait {
  readonly approval_id: string
  readonly run_id: string
  readonly wait_id: WaitId
  readonly node_run_id: NodeRunId
  /** JSON text of the schema of the payload, or of `null`. */
  readonly schema: string
}

type RuntimeTx = Tx<RuntimeTables>

const schemaText = sql<string>`(wait_for::json -> 'schema')::text`

/**
 * Delivers an event to every open wait with its match key, or keeps it for the next one, in the caller's transaction. The
 * lock of the match key orders it with waits that are being opened, and the locks of their rows with their ends.
 *
 * @throws {@link TenonError} `EVENT_ID_USED` for the id of another event, `EVENT_PAYLOAD_INVALID` if the payload fits none
 * of the waits, `EVENT_BUFFER_FULL`.
 */
export async function putEvent(tx: RuntimeTx, event: EventToPut): Promise<PutEvent> {
  const { tenantId, matchKey } = event
  const faults = await checkSchemas(tx, event)
  // In the order of all transactions: values, the match key, waits, kept events, messages.
  await addPayloads(tx, event)
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${tenantId} ${matchKey}`}, 0))`.execute(tx)
  const put = await storeUnderLock(tx, event, faults)
  const isStored = (put.outcome === 'delivered' || put.outcome === 'buffered') && !put.isRepeated
  // Nothing refers to the value of an event that is not stored, and only runs refer to files.
  if (!isStored || put.outcome === 'buffered') {
    const unused = isStored ? event.payloads.filter(({ isFile }) => isFile === true) : event.payloads
    await deleteUnusedPayloads(
      tx,
      tenantId,
      unused.map(({ hash }) => hash),
    )
  }
  return put
}

async function storeUnderLock(tx: RuntimeTx, event: EventToPut, faults: Faults): Promise<PutEvent> {
  const { tenantId, target } = event
  const waits = await lockMatchingWaits(tx, event)
  await deleteExpired(tx, event)
  const first = await findStored(tx, event)
  if (first !== null) return first
  const { fitting, refused } = sortByFit(waits, event, faults)
  if (fitting.length === 0 && refused.length > 0) {
    throw new TenonError('EVENT_PAYLOAD_INVALID', refused[0]?.message ?? 'The payload does not fit', {
      details: { refused: refused.length },
    })
  }
  if (fitting.length === 0 && target.kind === 'callback' && (await isGone(tx, event))) return { outcome: 'gone' }
  // Also for waits that open later: their attempts have read the connection before it was connected again.
  const isKept = fitting.length === 0 || target.kind === 'connection'
  // A person who connects an account again must never wait for others to use up their events.
  if (isKept && target.kind !== 'connection') await checkRoom(tx, event)
  if ((isKept || event.hasId) && !(await keep(tx, event, { isKept, delivered: fitting.length })))
    return { outcome: 'retry' }
  if (fitting.length > 0) await lockEngines(tx, tenantId)
  await deliver(tx, event, fitting)
  await event.route.hook?.(tx)
  const runIds = [...new Set(fitting.map((wait) => wait.run_id))].sort()
  return {
    outcome: fitting.length === 0 ? 'buffered' : 'delivered',
    runs: await wakeRuns(tx, tenantId, runIds, event.route),
    delivered: fitting.length,
    expiresAt: fitting.length === 0 ? event.expiresAt : null,
    refused: refused.slice(0, MAX_REFUSED),
    isRepeated: false,
  }
}

/** Fault of the payload by the text of a schema; `null` if it fits. */
type Faults = Map<string, string | null>

/** Checks the payload against the schemas of the waits, each once and before the lock, under which others wait. */
async function checkSchemas(tx: RuntimeTx, { tenantId, matchKey, json }: EventToPut): Promise<Faults> {
  const rows = await tx
    .selectFrom('waits')
    .select(schemaText.as('schema'))
    .distinct()
    .where('tenant_id', '=', tenantId)
    .where('match_key', '=', matchKey)
    .where('status', '=', 'open')
    .where('resolution', 'is', null)
    .execute()
  return new Map(rows.map(({ schema }) => [schema, faultOf(schema, json)]))
}

/** Locks the open waits that the event may end; not those of runs that are being canceled. */
async function lockMatchingWaits(tx: RuntimeTx, { tenantId, matchKey }: EventToPut): Promise<readonly OpenWait[]> {
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
    .select(['approval_id', 'run_id', 'wait_id', 'node_run_id', schemaText.as('schema')])
    .where('tenant_id', '=', tenantId)
    .where('match_key', '=', matchKey)
    .where('status', '=', 'open')
    .where('resolution', 'is', null)
    .where((eb) => eb.or([eb('due_at', 'is', null), eb('due_at', '>', databaseNow)]))
    .where((eb) => eb.not(eb.exists(endMessages(tx, tenantId, eb.ref('waits.run_id')))))
    .orderBy('approval_id')
    .execute()
}

function sortByFit(
  waits: readonly OpenWait[],
  { json }: EventToPut,
  faults: Faults,
): { readonly fitting: readonly OpenWait[]; readonly refused: readonly RefusedWait[] } {
  const fitting: OpenWait[] = []
  const refused: RefusedWait[] = []
  for (const wait of waits) {
    const { schema, run_id: runId, node_run_id: nodeRunId } = wait
    // Of a wait that was opened after the check.
    if (!faults.has(schema)) faults.set(schema, faultOf(schema, json))
    const message = faults.get(schema) ?? null
    if (message === null) fitting.push(wait)
    else refused.push({ runId, nodeRunId, message })
  }
  return { fitting, refused }
}

/** Describes the first fault of a payload; `null` if it fits. A schema that cannot be applied refuses all. */
function faultOf(schemaText: string, json: JsonObject): string | null {
  const schema: JsonSchema | null = JSON.parse(schemaText)
  if (schema === null) return null
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
