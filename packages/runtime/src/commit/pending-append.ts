import type { Json } from '@tenon/core/document'
import {
  type Decision,
  decisionId,
  type Fact,
  factId,
  observationId,
  type RunEvent,
  type RunStatus,
} from '@tenon/core/run'
import type { Append, AppendOperation, NewRun, Payload, PendingEvent, RunPatch } from '../store/append-types.ts'
import { LOCK_ORDER } from '../store/lock-order.ts'
import { eventOf } from '../store/stored-events.ts'
import type { FactToCommit, ObservationToCommit, StartedNode } from './commit-types.ts'
import type { RunSession } from './run-session.ts'

/** Origin of a turn: a pass of an inline node that this process has evaluated, or a fact that it was given. */
export type TurnSource =
  | { readonly kind: 'inline'; readonly nodeRunId: string; readonly pass: number }
  | { readonly kind: 'fact'; readonly fact: FactToCommit }

/** What one append will hold. */
export interface PendingAppend {
  readonly events: PendingEvent[]
  readonly operations: AppendOperation[]
  readonly payloads: Payload[]
  /** Bytes of the payloads so far. */
  payloadBytes: number
  /** The values of the payloads by hash: what this append stores may be read before it is stored. */
  readonly fresh: Map<string, Json>
  readonly started: StartedNode[]
  /** Origin of its last turn; null before the first. */
  lastTurnOf: TurnSource | null
  turns: number
  patch: RunPatch | null
  readonly turnBefore: number
  readonly statusBefore: RunStatus
}

/** Begins an append at the session's turn. */
export function createPendingAppend(session: RunSession): PendingAppend {
  return {
    events: [],
    operations: [],
    payloads: [],
    payloadBytes: 0,
    fresh: new Map(),
    started: [],
    lastTurnOf: null,
    turns: 0,
    patch: null,
    turnBefore: session.machine.turn,
    statusBefore: session.machine.status,
  }
}

/** Enters a fact that has moved the machine, with the decisions that follow from it. */
export function addTurn(pending: PendingAppend, fact: Fact, at: number, decisions: readonly Decision[]): void {
  pending.turns += 1
  const id = factId(fact)
  const turnOffset = pending.turns
  const causeOffset = pending.events.length
  pending.events.push({ class: 'fact', id, at, turnOffset, causeOffset: null, body: fact })
  for (const [index, decision] of decisions.entries()) {
    const body = { class: 'decision', id: decisionId(id, index), at, turnOffset, causeOffset, body: decision } as const
    pending.events.push(body)
  }
}

/** Enters an observation behind what the append holds already. */
export function addObservation(pending: PendingAppend, entry: ObservationToCommit): void {
  const { observation, at } = entry
  const id = observationId(observation, entry)
  pending.events.push({ class: 'observation', id, at, turnOffset: pending.turns, causeOffset: null, body: observation })
}

/** Enters values that are too large for the log. */
export function addPayloads(pending: PendingAppend, payloads: readonly Payload[]): void {
  pending.payloads.push(...payloads)
  for (const { hash, json, size } of payloads) {
    pending.fresh.set(hash, json)
    pending.payloadBytes += size
  }
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
  return {
    tenantId,
    runId,
    kind: create !== null ? 'create' : pending.turns === 0 && !isPinned ? 'observe' : 'advance',
    expectTurn: pending.turnBefore,
    ...(isPinned ? { expectSeq: session.nextSeq } : {}),
    turns: pending.turns,
    events: pending.events,
    status: status === pending.statusBefore && create === null ? null : status,
    create,
    patch: pending.patch,
    operations: inLockOrder(pending.operations),
    payloads: pending.payloads,
  }
}

/** The sort is stable: operations on one table keep their order, so that the last setting of a timer counts. */
function inLockOrder(operations: readonly AppendOperation[]): readonly AppendOperation[] {
  return [...operations].sort((a, b) => LOCK_ORDER[a.op] - LOCK_ORDER[b.op])
}

/** The events of a pending append as they stand in the log once they have their numbers. */
export function storedEvents(pending: PendingAppend, firstSeq: number, turnBefore: number): readonly RunEvent[] {
  return pending.events.map((event, index) => {
    const { class: eventClass, id, at, turnOffset, causeOffset, body } = event
    return eventOf({
      seq: firstSeq + index,
      turn: turnBefore + turnOffset,
      class: eventClass,
      id,
      at,
      cause: causeOffset === null ? null : firstSeq + causeOffset,
      type: body.type,
      nodeRunId: 'nodeRunId' in body ? (body.nodeRunId ?? null) : null,
      data: body.data,
    })
  })
}
