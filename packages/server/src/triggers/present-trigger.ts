import type { Trigger, TriggerEvent } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ScheduleParams } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { readDraftState } from '../drafts/read-draft-state.ts'
import { toInstant, toInstantOrNull } from '../http/instant.ts'
import { findPollState, type PollState } from '../tables/poll-repository.ts'
import { findSchedule } from '../tables/schedule-repository.ts'
import type { ServerTx } from '../tables/server-tables.ts'
import { findTrigger, type TriggerRef } from '../tables/trigger-repository.ts'
import type { ScheduleRow, TriggerEventRow, TriggerRow } from '../tables/trigger-tables.ts'
import { triggerKindOf } from './put-version-triggers.ts'

type PresentDeps = Pick<ServerContext, 'addresses' | 'formAddresses' | 'now'>

/**
 * Reads a trigger as the API shows it: that of the version with which runs start, or one of the draft, which has its
 * address already.
 *
 * @throws {@link TenonError} `TRIGGER_NOT_FOUND`, `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
 */
export async function readTrigger(server: ServerContext, ref: TriggerRef): Promise<Trigger> {
  const { tenantId } = ref
  const { draft, ...stored } = await server.database.withTenant(tenantId, async (tx) => {
    const row = await findTrigger(tx, ref)
    const draft = row?.version == null ? (await readDraftState(tx, ref)).document : null
    return { row, draft, ...(row === null ? {} : await findTimes(tx, ref)) }
  })
  const draftKind = draft === null ? null : kindIn(server, draft, ref.nodeId)
  return presentTrigger(server, ref, { ...stored, draftKind })
}

/** Reads what the clock knows of a trigger. */
export async function findTimes(tx: ServerTx, ref: TriggerRef): Promise<Pick<StoredTrigger, 'schedule' | 'poll'>> {
  return { schedule: await findSchedule(tx, ref), poll: await findPollState(tx, ref) }
}

function kindIn({ registry }: Pick<ServerContext, 'registry'>, draft: WorkflowDocument, nodeId: string) {
  const node = draft.nodes.find(({ id }) => id === nodeId)
  return node === undefined ? null : triggerKindOf(registry.manifest, node)
}

/** A trigger as it is stored. */
interface StoredTrigger {
  readonly row: TriggerRow | null
  /** Kind of the node in the draft, for a trigger that is not published. */
  readonly draftKind?: Trigger['kind'] | null
  readonly schedule?: ScheduleRow | null
  readonly poll?: PollState | null
}

/** @throws {@link TenonError} `TRIGGER_NOT_FOUND` for a node that is no trigger in either. */
export async function presentTrigger(
  { addresses, formAddresses, now }: PresentDeps,
  ref: TriggerRef,
  { row, draftKind = null, schedule = null, poll = null }: StoredTrigger,
): Promise<Trigger> {
  const isPublished = row !== null && row.version !== null
  const kind = isPublished ? row.kind : draftKind
  if (kind === null) throw new TenonError('TRIGGER_NOT_FOUND', 'No trigger has this node id')
  const addressesOf = { webhook: addresses, form: formAddresses, event: null, schedule: null, poll: null }[kind]
  const generation = row?.generation ?? 0
  const until = row?.test_until ?? null
  const isPaused = isPublished && row.paused_at !== null
  return {
    nodeId: ref.nodeId,
    kind,
    state: isPublished ? (isPaused ? 'paused' : 'active') : 'unpublished',
    version: row?.version ?? null,
    url: (await addressesOf?.urlOf({ ...ref, mode: 'live', generation })) ?? null,
    test:
      until !== null && until > now()
        ? {
            url: (await addressesOf?.urlOf({ ...ref, mode: 'test', generation: row?.test_generation ?? 0 })) ?? null,
            expiresAt: toInstant(until),
          }
        : null,
    // The server pauses a poll after repeated failures.
    pausedBy: isPaused && row.pauser_id !== null ? { userId: row.pauser_id, displayName: row.pauser_name ?? '' } : null,
    schedule: isPublished && kind === 'schedule' ? presentSchedule(row, schedule) : null,
    poll: isPublished && kind === 'poll' ? presentPoll(isPaused, schedule, poll) : null,
  }
}

function presentSchedule({ params }: TriggerRow, schedule: ScheduleRow | null): Trigger['schedule'] {
  const { zone } = JSON.parse(params) as Pick<ScheduleParams, 'zone'>
  return {
    zone,
    nextAt: toInstantOrNull(schedule?.due_at ?? null),
    waitingAt: toInstantOrNull(schedule?.waiting_at ?? null),
  }
}

function presentPoll(isPaused: boolean, schedule: ScheduleRow | null, poll: PollState | null): Trigger['poll'] {
  const nextAt = poll?.next_at ?? schedule?.wake_at ?? null
  return {
    nextAt: isPaused ? null : toInstantOrNull(nextAt),
    polledAt: toInstantOrNull(poll?.polled_at ?? null),
    failures: poll?.failures ?? 0,
    failure: poll?.code == null ? null : { code: poll.code, message: poll.message ?? '' },
  }
}

/** Time after which an event that is not decided has failed: the process that received it was killed. */
const PENDING_MS = 60_000

const MESSAGE_LOST = 'The server stopped before it had started the run: send the message again'
const TIME_LOST =
  'The server stopped before it had started the run: the schedule starts it when a server is there, or start it as a past time'

/** An event of a trigger in the form of the wire. */
export function presentTriggerEvent(row: TriggerEventRow, now: number): TriggerEvent {
  const hasFailed = row.outcome === 'pending' && row.at < now - PENDING_MS
  return {
    eventId: row.event_id,
    at: toInstant(row.at),
    mode: row.mode,
    outcome: hasFailed ? 'failed' : row.outcome,
    dueAt: toInstantOrNull(row.due_at),
    runId: row.outcome === 'rejected' || row.outcome === 'pending' ? null : row.run_id,
    repeats: row.repeats,
    code: hasFailed ? 'UNAVAILABLE' : row.code,
    message: hasFailed ? (row.due_at === null ? MESSAGE_LOST : TIME_LOST) : row.message,
  }
}
