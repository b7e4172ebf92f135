import type { ReceivedEvent } from '@tenon/core/api'
import type { JsonObject, JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { eventParams } from '@tenon/core/node'
import type { z } from 'zod'
import { checkData } from '../bus-events/event-types.ts'
import type { ServerContext } from '../context.ts'
import { readSealedDraft } from '../drafts/read-sealed-draft.ts'
import { holdInputFiles } from '../files/hold-input-files.ts'
import { findTrigger, type TriggerRef, type VersionTrigger } from '../tables/trigger-repository.ts'
import type { TriggerRow } from '../tables/trigger-tables.ts'
import { acceptEvent, pausedTrigger, refOf, rejectEvent, startByTrigger } from '../triggers/accept-event.ts'
import { draftTrigger } from '../triggers/check-triggers.ts'
import { fitsFilter } from '../triggers/trigger-filter.ts'
import { startTest } from '../versions/start-test.ts'
import { keyByExpression } from '../webhooks/read-message.ts'

/** Params of an event trigger. */
export type EventParams = z.output<typeof eventParams>

/** An event for one trigger. */
export interface EventForTrigger {
  readonly ref: TriggerRef
  readonly mode: 'live' | 'test'
  readonly event: ReceivedEvent
}

/**
 * Starts the run of an event at one trigger, if its filter is true: once for each key of the trigger.
 *
 * @throws {@link TenonError} `UNAVAILABLE`, `RUN_QUEUE_FULL` and others that may pass: the event is to be tried again. An
 * event that is refused for good is listed with its reason among those of the trigger.
 */
export async function receiveEvent(server: ServerContext, { ref, mode, event }: EventForTrigger): Promise<void> {
  const row = await server.database.withTenant(ref.tenantId, (tx) => findTrigger(tx, ref))
  if (row === null) return
  try {
    await (mode === 'live' ? receiveLive(server, row, event) : receiveTest(server, row, event))
  } catch (error) {
    if (!(error instanceof TenonError) || (isPassing(error) && !isOver(error, mode))) throw error
    server.log('info', 'event.refused: it starts no run', { ...ref, code: error.code })
  }
}

/** A test that has started its runs starts no others. */
function isOver({ code }: TenonError, mode: EventForTrigger['mode']): boolean {
  return mode === 'test' && code === 'RATE_LIMITED'
}

/** Checks whether the reason of a failure may pass, so that the same is worth a later try. */
export function isPassing({ code, retryable }: Pick<TenonError, 'code' | 'retryable'>): boolean {
  return retryable && code !== 'TRIGGER_PAUSED'
}

async function receiveLive(server: ServerContext, row: TriggerRow, event: ReceivedEvent): Promise<void> {
  // Published without the trigger, or deleted, since the event was stored.
  if (row.version === null) return
  const read = await readOrReject(server, row, 'live', async () => {
    const { params } = row
    return readFor(JSON.parse(params), event, async () => {
      if (row.paused_at !== null) throw pausedTrigger()
    })
  })
  if (read === null) return
  const { input, key } = read
  await acceptEvent(server, refOf(row), {
    ...{ mode: 'live', key },
    start: async (runId) => {
      await holdInputFiles(server, row.tenant_id, input)
      return startByTrigger(server, row, input, runId)
    },
  }).catch((error: unknown) => {
    if (!(error instanceof TenonError) || error.code !== 'TRIGGER_NOT_FOUND') throw error
  })
}

/** Starts a test run of the draft, while a person has opened a test. */
async function receiveTest(server: ServerContext, row: TriggerRow, event: ReceivedEvent): Promise<void> {
  const { test_until: until, tester_id: userId, tester_name: displayName, tester_role: role } = row
  if (until === null || userId === null || displayName === null || role === null || until < server.now()) return
  const ref = refOf(row)
  const identity = { tenantId: ref.tenantId, userId, displayName, role }
  const read = await readOrReject(server, row, 'test', async () => {
    const { document } = await readSealedDraft(server, ref, identity)
    const trigger: VersionTrigger | null = draftTrigger(server.registry.manifest, document, ref.nodeId)
    if (trigger === null) return null
    const params: EventParams = JSON.parse(trigger.params)
    // The draft may have another type by now.
    return params.eventType === event.type ? readFor(params, event) : null
  })
  if (read === null) return
  const { input, key } = read
  const target = { ...ref, generation: row.test_generation }
  await acceptEvent(server, ref, {
    mode: 'test',
    // Each test begins anew.
    key: `${row.test_generation} ${key}`,
    start: (runId) => startTest(server, { target, identity, until }, input, runId),
  })
}

interface EventInput {
  readonly input: JsonObject
  readonly key: string
}

/**
 * Reads an event as the input of a run.
 *
 * @param beforeStart - Called for an event that fits; it may throw.
 * @returns `null` for one that does not fit the filter.
 * @throws {@link TenonError} `TRIGGER_FILTER_FAILED`, `EVENT_PAYLOAD_INVALID`, `TRIGGER_KEY_INVALID`; the error of
 * `beforeStart`.
 */
async function readFor(
  { filter = '', dedupeKey = '', schema }: EventParams,
  event: ReceivedEvent,
  beforeStart?: () => Promise<void>,
): Promise<EventInput | null> {
  const input: JsonObject = { ...event }
  if (!fitsFilter(filter, input)) return null
  await beforeStart?.()
  checkData(event.type, schema as JsonSchema, event.data)
  const own = JSON.stringify([event.source, event.id])
  return { input, key: dedupeKey.trim() === '' ? own : keyByExpression(dedupeKey, input, 'TRIGGER_KEY_INVALID') }
}

/** Lists an event that is refused for good among those of its trigger. */
async function readOrReject<Read>(
  server: ServerContext,
  row: TriggerRow,
  mode: 'live' | 'test',
  read: () => Promise<Read>,
): Promise<Read> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof TenonError && !isPassing(error)) await rejectEvent(server, refOf(row), mode, error)
    throw error
  }
}
