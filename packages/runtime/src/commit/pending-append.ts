import type { Json } from '@tenon/core/document'
import type { TenonError } from '@tenon/core/errors'
import {
  callOriginOf,
  type Decision,
  decisionId,
  type Fact,
  factId,
  isRunOver,
  observationId,
  type RunEngine,
  type RunEvent,
  type RunStatus,
} from '@tenon/core/run'
import type { LaneRef } from '../admission/read-queue.ts'
import { type Bus, ENGINE_TOPIC, publishChange, runTopic } from '../bus.ts'
import type { RuntimeLog } from '../engine.ts'
import { fileMarksIn } from '../files/file-marks.ts'
import type { Append, AppendOperation, AppendResult, NewRun, Payload, PendingEvent, RunPatch } from '../store/append.ts'
import { inLockOrder } from '../store/append.ts'
import type { TenantQueueOf } from '../store/requirements.ts'
import type { RunLogs } from '../store/run-logs.ts'
import { type PassOfRun, passOfRunKey, type RunRef } from '../store/run-ref.ts'
import { eventOf } from '../store/stored-events.ts'
import type { ChildToBegin } from './child-runs.ts'
import type { CommitWork, FactToCommit, ObservationToCommit, StartedNode } from './commit-types.ts'
import { reopenedBy } from './effects.ts'
import { catchUp } from './load-session.ts'
import { absorb, planNodeOf, type RunSession } from './session.ts'
import { snapshotText } from './session-snapshot.ts'
import type { ValueLoader } from './value-loader.ts'

/** Origin of a turn: a pass of an inline node that this process has evaluated, or a given fact. */
export type TurnSource =
  | ({ readonly kind: 'inline' } & PassOfRun)
  | { readonly kind: 'fact'; readonly fact: FactToCommit }

/** Contents of one append. */
export interface PendingAppend {
  readonly events: PendingEvent[]
  readonly operations: AppendOperation[]
  readonly payloads: Payload[]
  /** Bytes of the payloads so far. */
  payloadBytes: number
  /** Values of the payloads by hash, which may be read before the append is stored. */
  readonly fresh: Map<string, Json>
  readonly started: StartedNode[]
  /** The children that the append starts, by their run ids. */
  readonly children: Map<string, ChildToBegin>
  /** Turn of the snapshot that the append stores; null for none. */
  snapshotTurn: number | null
  /** Origin of its last turn; null before the first. */
  lastTurnOf: TurnSource | null
  turns: number
  /** Engine of the run after the last turn, whose tables the decisions change. */
  engine: RunEngine
  readonly engineBefore: RunEngine
  /** Task queue of the tenant of the run; null without one. */
  readonly tenantQueue: string | null
  patch: RunPatch | null
  readonly turnBefore: number
  readonly statusBefore: RunStatus
}

/** Creates an append at the session's turn. */
export function createPendingAppend(session: RunSession, queueOf?: TenantQueueOf): PendingAppend {
  return {
    events: [],
    operations: [],
    payloads: [],
    payloadBytes: 0,
    fresh: new Map(),
    started: [],
    children: new Map(),
    snapshotTurn: null,
    lastTurnOf: null,
    turns: 0,
    engine: session.engine,
    engineBefore: session.engine,
    tenantQueue: queueOf?.(session.identity.tenantId) ?? null,
    patch: null,
    turnBefore: session.machine.turn,
    statusBefore: session.machine.status,
  }
}

/** Adds a fact that has changed the machine, with its decisions. */
export function addTurn(pending: PendingAppend, fact: Fact, at: number, decisions: readonly Decision[]): void {
  pending.turns += 1
  const { events, turns: turnOffset } = pending
  const id = factId(fact)
  const causeOffset = events.length
  events.push({ class: 'fact', id, at, turnOffset, causeOffset: null, body: fact })
  // A wait and the payload of an event are values that nothing else stores, and a run may keep them for long.
  if (fact.type === 'node_suspended' || fact.type === 'event_received') {
    addPayloads(pending, fileMarksIn(JSON.stringify(fact.data)))
  }
  for (let index = 0; index < decisions.length; index += 1) {
    const body = decisions[index] as Decision
    events.push({ class: 'decision', id: decisionId(id, index), at, turnOffset, causeOffset, body })
  }
}

/** Adds an observation at the end of the append. */
export function addObservation(pending: PendingAppend, entry: ObservationToCommit): void {
  const { observation, at } = entry
  const id = observationId(observation, entry)
  pending.events.push({ class: 'observation', id, at, turnOffset: pending.turns, causeOffset: null, body: observation })
}

/** Adds values that are too large for the log. */
export function addPayloads(pending: PendingAppend, payloads: readonly Payload[]): void {
  for (const payload of payloads) {
    pending.payloads.push(payload)
    pending.fresh.set(payload.hash, payload.json)
    pending.payloadBytes += payload.size
  }
}

/** Approximate size of an event with its inline value. */
const EVENT_BYTES = 1_024

/** Returns the approximate memory of an append in bytes. */
export function sizeOfAppend({ payloadBytes, events, operations }: PendingAppend): number {
  let bytes = payloadBytes + events.length * EVENT_BYTES
  for (const operation of operations) if (operation.op === 'message') bytes += operation.fact.length
  return bytes
}

/** Builds the append; `create` for the first of a run. A pinned one needs its turn and its `seq` even without facts. */
export function appendOf(
  pending: PendingAppend,
  session: RunSession,
  create: NewRun | null,
  isPinned: boolean,
): Append {
  const { tenantId, runId } = session.identity
  const { status } = session.machine
  // No observation follows the end of a run, which only the append of one checks.
  const isObserved = pending.turns === 0 && (!isPinned || isRunOver(status))
  return {
    tenantId,
    runId,
    kind: create !== null ? 'create' : isObserved ? 'observe' : 'advance',
    expectTurn: pending.turnBefore,
    expectSeq: isPinned ? session.nextSeq : null,
    turns: pending.turns,
    events: pending.events,
    status: status === pending.statusBefore && create === null ? null : status,
    create,
    patch: pending.patch,
    operations: inLockOrder(pending.operations, session.identity),
    payloads: pending.payloads,
  }
}

/** Numbers an event of an append as the log has stored it. */
function storedEvent(
  { class: eventClass, id, at, turnOffset, causeOffset, body }: PendingEvent,
  seq: number,
  first: StoredAt,
) {
  return eventOf({
    seq,
    turn: first.turnBefore + turnOffset,
    class: eventClass,
    id,
    at,
    cause: causeOffset === null ? null : first.firstSeq + causeOffset,
    type: body.type,
    nodeRunId: 'nodeRunId' in body ? (body.nodeRunId ?? null) : null,
    data: body.data,
  })
}

/** Adds the work of a commit besides its facts. */
export function addWork(
  pending: PendingAppend,
  { operations = [], payloads = [] }: CommitWork,
  observations: readonly ObservationToCommit[],
): void {
  for (const entry of observations) addObservation(pending, entry)
  for (const operation of operations) pending.operations.push(operation)
  addPayloads(pending, payloads)
}

const SNAPSHOT_TURNS = 256

/**
 * Adds a snapshot of the last stored turn; less often in a growing run, so that all snapshots together cost no more
 * than the log.
 */
export function addSnapshot(pending: PendingAppend, session: RunSession): void {
  const { turn } = session.machine
  if (turn - session.snapshotTurn < Math.max(SNAPSHOT_TURNS, session.snapshotTurn)) return
  pending.operations.push({ op: 'snapshot', seq: session.nextSeq - 1, data: snapshotText(session) })
  pending.snapshotTurn = turn
}

/** Notes that the snapshot of an append was stored, if it has one. */
export function noteSnapshot(session: RunSession, { snapshotTurn }: PendingAppend): void {
  session.snapshotTurn = snapshotTurn ?? session.snapshotTurn
}

/** Runs of a queue have ended, or children wait to start. */
export interface QueueChange {
  readonly tenantId: string
  /** True if it has a limit of its own; the tenant may have one besides. */
  readonly hasLimit: boolean
  /** Runs that have ended. */
  readonly ended: readonly string[]
  /** Lanes of the children. */
  readonly lanes: readonly LaneRef[]
}

interface AcceptDeps {
  readonly logs: RunLogs
  readonly bus: Bus
  readonly values: ValueLoader
  readonly onRunsWoken?: ((runs: readonly RunRef[]) => void) | undefined
  readonly onQueueChanged?: ((change: QueueChange) => void) | undefined
}

type StoredAt = Pick<Extract<AppendResult, { outcome: 'ok' }>, 'firstSeq' | 'turnBefore'>

/**
 * Brings a session up to date with an append that was stored, and announces it.
 *
 * @param events - The stored events are added to it.
 * @returns True if another process has written between.
 */
export async function acceptAppend(
  session: RunSession,
  pending: PendingAppend,
  first: StoredAt,
  events: RunEvent[],
  { logs, bus, values, onRunsWoken, onQueueChanged }: AcceptDeps,
): Promise<boolean> {
  const { firstSeq } = first
  const metOthers = firstSeq > session.nextSeq
  session.machine.mark()
  noteSnapshot(session, pending)
  // Observations of another process may be in between: they do not change the machine, but attempts are counted by
  // them.
  if (metOthers) await catchUp(logs, session)
  for (let index = 0; index < pending.events.length; index += 1) {
    const event = storedEvent(pending.events[index] as PendingEvent, firstSeq + index, first)
    absorb(session, event)
    events.push(event)
  }
  for (const payload of pending.payloads) values.keep(session.identity.tenantId, payload, payload.json)
  announce(bus, session, pending)
  // Most appends change nothing beside the log.
  if (pending.operations.length === 0) return metOthers
  if (pending.engine !== pending.engineBefore) bus.publish(ENGINE_TOPIC, { wake: true })
  const woken = otherRunsOf(session, pending)
  if (woken.length > 0) onRunsWoken?.(woken)
  const change = queueChangeOf(session, pending)
  if (change !== null) onQueueChanged?.(change)
  return metOthers
}

function queueChangeOf({ identity, plan }: RunSession, { patch, operations }: PendingAppend): QueueChange | null {
  const { tenantId, runId } = identity
  const lanes = operations.flatMap((operation) => {
    if (operation.op !== 'child_begin' || (operation.limit === null && operation.rate === null)) return []
    const { workflowId, group, rate } = operation
    return [{ workflowId, group, rateGroup: rate?.group ?? '' }]
  })
  const ended = patch?.finishedAt === undefined ? [] : [runId]
  if (lanes.length === 0 && ended.length === 0) return null
  return { tenantId, hasLimit: lanes.length > 0 || plan.concurrency !== undefined, ended, lanes }
}

/** Returns the other runs for which an append has stored messages. */
function otherRunsOf({ identity: { tenantId } }: RunSession, { operations }: PendingAppend): readonly RunRef[] {
  const others = operations.flatMap((operation) => (operation.op === 'message' ? [operation.runId] : []))
  return [...new Set(others)].map((runId) => ({ tenantId, runId }))
}

function announce(bus: Bus, session: RunSession, pending: PendingAppend): void {
  const { identity, machine, nextSeq } = session
  const { tenantId, runId, workflowId } = identity
  bus.publish(runTopic(tenantId, runId), { seq: nextSeq - 1 })
  // Lists show the version of a run, and pages its engine.
  const hasMoved = pending.operations.some(({ op }) => op === 'move' || op === 'engine')
  if (machine.status !== pending.statusBefore || pending.turnBefore === 0 || hasMoved) {
    publishChange(bus, tenantId, { kind: 'run', id: runId, workflowId })
  }
  announceRows(bus, session, pending.operations)
}

/** A call may wait for an approval and for the resolution of a failure. */
const CALLED = { control: 'approval', onError: 'park' } as const

/** Announces the children, approvals and parked node runs that operations change. */
function announceRows(bus: Bus, session: RunSession, operations: readonly AppendOperation[]): void {
  const { tenantId, workflowId } = session.identity
  for (const operation of operations) {
    if (operation.op === 'child_create' || operation.op === 'handler_create') {
      publishChange(bus, tenantId, { kind: 'run', id: operation.runId, workflowId: operation.workflowId })
    }
    if (operation.op === 'wait_reopen') {
      publishChange(bus, tenantId, { kind: 'parked', id: operation.approvalId, workflowId })
    }
    if (operation.op !== 'wait_open' && operation.op !== 'wait_close') continue
    const { approvalId: id, nodeRunId } = operation
    // The node of a call is gone when the call has ended; a hint too many does no harm.
    const isCalled = callOriginOf(nodeRunId) !== null
    const { control, onError } = isCalled ? CALLED : planNodeOf(session, nodeRunId)
    if (control === 'approval') publishChange(bus, tenantId, { kind: 'approval', id, workflowId })
    if (onError === 'park') publishChange(bus, tenantId, { kind: 'parked', id, workflowId })
  }
}

/** Undoes an append that was not stored: resets the machine to the last stored turn and releases the slots. */
export function undoAppend(session: RunSession, pending: PendingAppend): void {
  session.machine.rollback()
  session.hasLooseInline = true
  for (const { slot } of pending.started.splice(0)) slot.release()
}

/**
 * Removes the part that the database refuses for good, so that the run continues: a message is dropped, and the pass of
 * an inline node is added to `refusedPasses`, so that it fails.
 *
 * @returns Id of the dropped message, or null.
 * @throws The refusal, if the caller's own fact or observation is at fault.
 */
export async function dropRefused(
  session: RunSession,
  { lastTurnOf }: PendingAppend,
  refusedPasses: Set<string>,
  refusal: TenonError,
  { log, ...deps }: ApplyDeps & { readonly log: RuntimeLog },
): Promise<string | null> {
  if (lastTurnOf?.kind === 'fact' && lastTurnOf.fact.messageId !== undefined) {
    const { messageId, fact } = lastTurnOf.fact
    const { runId } = session.identity
    log('error', 'run.message_dropped: the database cannot store it', { runId, messageId, ...refusal.details })
    await applyOperations(session, [...reopenedBy(runId, fact), { op: 'inbox_consumed', messageId }], deps)
    return messageId
  }
  const key = lastTurnOf?.kind === 'inline' ? passOfRunKey(lastTurnOf) : null
  if (key === null || refusedPasses.has(key)) throw refusal
  refusedPasses.add(key)
  return null
}

/** Dependencies of {@link applyOperations}. */
interface ApplyDeps {
  readonly logs: RunLogs
  readonly bus: Bus
}

/** Executes the operations of messages without effect, which have no append, and announces them. */
export async function applyOperations(
  session: RunSession,
  operations: readonly AppendOperation[],
  { logs, bus }: ApplyDeps,
): Promise<void> {
  if (operations.length === 0) return
  await logs.apply(session.identity, inLockOrder(operations, session.identity))
  announceRows(bus, session, operations)
}
