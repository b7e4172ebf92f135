import type { Json, NodeId, RunId, WorkflowId } from '@tenon/core/document'
import type {
  Decision,
  EventClass,
  Fact,
  NodeRunId,
  Observation,
  RunEngine,
  RunFailure,
  RunStartedBy,
  RunStatus,
  ValueRef,
  WaitId,
} from '@tenon/core/run'
import type { QueueEntry, RateEntry } from './queue-entry.ts'
import type { RunRef } from './run-ref.ts'

/** An event without a number; turn and cause are relative to its append. */
export interface PendingEvent {
  readonly class: EventClass
  /** Deterministic within the run. */
  readonly id: string
  readonly at: number
  /** Turns of this append up to and including its own; 0 for observations before its first fact. */
  readonly turnOffset: number
  /** Position in this append of the fact that a decision follows from. */
  readonly causeOffset: number | null
  readonly body: Fact | Decision | Observation
}

/** A value too large for the log, stored beside it. */
export interface Payload {
  readonly hash: string
  readonly size: number
  readonly text: string
  readonly json: Json
  /** Marks a payload that represents a file: it stays in the database, so that the file can be found. */
  readonly isFile?: true
}

/** Changes of the run row besides turn, number and chain. */
export interface RunPatch {
  readonly startedAt?: number
  readonly finishedAt?: number
  readonly outcome?: string
  readonly output?: ValueRef
  readonly error?: RunFailure
}

/** Row of a new run. */
export interface NewRun {
  readonly startWeek: number
  readonly traceId: string
  readonly workflowId: WorkflowId
  readonly version: string
  readonly mode: 'live' | 'test'
  readonly engine: RunEngine
  readonly planHash: string
  readonly semantics: number
  readonly queuedAt: number
  readonly startedBy: RunStartedBy
}

/** Change of the tables beside the log in the transaction of an append. */
export type AppendOperation =
  | { readonly op: 'timer_set'; readonly timerId: string; readonly dueAt: number }
  | { readonly op: 'timer_clear'; readonly timerId: string }
  | {
      readonly op: 'wait_open'
      readonly approvalId: string
      readonly waitId: WaitId
      readonly nodeRunId: NodeRunId
      readonly nodeId: NodeId
      readonly workflowId: WorkflowId
      readonly kind: 'approval' | 'parked' | 'event' | 'callback' | 'connection'
      /** Of an event or a callback: the match key of what ends the wait. */
      readonly matchKey?: string
      /** Of a parked node run. */
      readonly fingerprint?: string
      /** JSON text. */
      readonly waitFor: string
      readonly openedAt: number
      readonly dueAt: number | null
    }
  /** Orders the opening of a wait and the events with its match key, before the rows of waits are locked. */
  | { readonly op: 'event_lock'; readonly matchKey: string }
  /** Gives a wait that was opened the oldest event with its match key that is kept, as a message of its run. */
  | { readonly op: 'event_match'; readonly matchKey: string; readonly approvalId: string; readonly waitId: WaitId }
  /** Wakes the run if its wait has got an event: its worker, or its shell by the outbox. */
  | { readonly op: 'event_wake' | 'event_outbox'; readonly waitId: WaitId }
  /**
   * Locks another run and its open waits before its cancelation is stored: after an append in flight, which may end it,
   * and so that no vote is accepted after a cancelation that it does not see.
   */
  | { readonly op: 'waits_lock'; readonly runId: RunId }
  | {
      readonly op: 'wait_close'
      readonly approvalId: string
      readonly nodeRunId: NodeRunId
      readonly how: string
      readonly at: number
    }
  /** The run has refused an accepted resolution: the parked node run can be resolved again. */
  | { readonly op: 'wait_reopen'; readonly approvalId: string; readonly requestId: string }
  /** The run starts a child: adds its row, with engine, mode and trace of its parent. */
  | {
      readonly op: 'child_create'
      readonly runId: RunId
      readonly nodeRunId: NodeRunId
      /** Wait that the end of the child ends; null if it is not awaited. */
      readonly waitId: WaitId | null
      readonly startWeek: number
      readonly workflowId: WorkflowId
      readonly version: string
      readonly planHash: string
      readonly semantics: number
      readonly queuedAt: number
      readonly concurrencyKey: string | null
      readonly rateKey: string | null
    }
  /**
   * The run starts the run that handles its failure: adds its row, with engine, mode and trace of this one, and the link
   * to it.
   */
  | {
      readonly op: 'handler_create'
      readonly runId: RunId
      readonly startWeek: number
      readonly workflowId: WorkflowId
      readonly version: string
      readonly planHash: string
      readonly semantics: number
      readonly queuedAt: number
      readonly concurrencyKey: string | null
      readonly rateKey: string | null
    }
  /** A child or a handler starts, or waits for its admission; `requires` is the key of its requirements. */
  | ({
      readonly op: 'child_begin'
      readonly runId: RunId
      readonly workflowId: WorkflowId
      readonly engine: RunEngine
      readonly requires: string
    } & Omit<QueueEntry, 'key' | 'rate'> & { readonly rate: Omit<RateEntry, 'key'> | null })
  /** The cancelation of a child follows: if it waits for its admission, it never starts. */
  | { readonly op: 'child_unqueue'; readonly runId: RunId }
  /** The run repeats another one; `from` is a `RerunFrom` as JSON text. */
  | { readonly op: 'rerun'; readonly of: RunId; readonly from: string }
  /** The run executes another version of its workflow from now on. */
  | { readonly op: 'move'; readonly version: string; readonly planHash: string }
  /** The run has other requirements from now on; `requires` is their key. */
  | { readonly op: 'require'; readonly requires: string }
  /** Another engine executes the run from now on. */
  | { readonly op: 'engine'; readonly engine: RunEngine }
  /**
   * Orders changes of engines and messages, both of the tenant: a message wakes its run by the engine that the row of the
   * run names, which does not change until the message is stored.
   */
  | { readonly op: 'engine_lock'; readonly isExclusive: boolean }
  /** The run is not at the embedded engine any more: deletes its row of ready runs. */
  | { readonly op: 'unready' }
  /** A run refers to a value that is stored already. */
  | { readonly op: 'payload_ref'; readonly runId: RunId; readonly hash: string }
  /** A value of this append is in the store of the host; ignored for one that was stored before. */
  | { readonly op: 'payload_location'; readonly hash: string; readonly location: string }
  /** Adds a message for another run, unless that has ended. */
  | {
      readonly op: 'message'
      readonly runId: RunId
      readonly messageId: string
      /** JSON text. */
      readonly fact: string
      readonly at: number
    }
  /** The run has applied the message: deletes it. */
  | { readonly op: 'inbox_consumed'; readonly messageId: string }
  /** The run, or the child that `runId` names, has ended: deletes the messages that it did not apply. */
  | { readonly op: 'inbox_clear'; readonly runId?: RunId }
  /**
   * Wakes the run, from now on by the clock of the database. At its start, `requires` is the key of its requirements,
   * `priority` its order among the runs of the tenant, and `workerId` the worker that owns it, or null.
   */
  | { readonly op: 'ready'; readonly workerId: string | null; readonly requires?: string; readonly priority?: number }
  /** Wakes another run that has not ended, at its engine; any worker can apply a cancelation. */
  | { readonly op: 'wake'; readonly runId: RunId; readonly isCancel: boolean }
  /** A node waits in its own task queue; `requires` is the key of its requirements. */
  | { readonly op: 'dispatch_add'; readonly nodeRunId: NodeRunId; readonly pass: number; readonly requires: string }
  /** The cancelation of a queued node was requested. */
  | { readonly op: 'dispatch_cancel'; readonly nodeRunId: NodeRunId; readonly pass: number }
  /** A queued node has its outcome. */
  | { readonly op: 'dispatch_end'; readonly nodeRunId: NodeRunId; readonly pass: number }
  /** The run has ended: deletes its timers. */
  | { readonly op: 'timers_end' }
  /** The run has ended: deletes its row of ready runs and its queued nodes. */
  | { readonly op: 'finish' }
  | { readonly op: 'plan'; readonly planHash: string; readonly data: string }
  | { readonly op: 'snapshot'; readonly seq: number; readonly data: string }
  /** Adds a message for Temporal, to be sent `delayMs` from now by the clock of the database. `runId` names another run. */
  | { readonly op: 'outbox'; readonly kind: string; readonly delayMs: number; readonly runId?: RunId }
  /** The run has ended: deletes its messages for Temporal. */
  | { readonly op: 'outbox_clear' }

/** One append to the log of one run. */
export interface Append extends RunRef {
  /** `observe` adds only observations, without a turn. */
  readonly kind: 'create' | 'advance' | 'observe'
  /** Turn that the run must be at; 0 for `create`. */
  readonly expectTurn: number
  /**
   * `seq` that its first event must get: fences the start of an attempt, which does not change the turn. Null for any.
   *
   * @defaultValue null
   */
  readonly expectSeq?: number | null
  readonly turns: number
  readonly events: readonly PendingEvent[]
  readonly status: RunStatus | null
  readonly create: NewRun | null
  readonly patch: RunPatch | null
  /** In the order of {@link compareOperations}. */
  readonly operations: readonly AppendOperation[]
  readonly payloads: readonly Payload[]
}

export type AppendResult =
  | { readonly outcome: 'ok'; readonly firstSeq: number; readonly turnBefore: number }
  /** Another commit took the turn; read the tail and try again. */
  | { readonly outcome: 'conflict' }
  /** The run has ended; observations are dropped. */
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'missing' }
  /** A run of that id is there already. */
  | { readonly outcome: 'exists' }
  /** New runs of the workflow or of the tenant wait: it is paused. */
  | { readonly outcome: 'held' }

/**
 * Order of locks in every transaction: the run, payloads and plans, match keys of events, waits and votes, kept events, messages, timers, rows of ready
 * runs and of queued nodes, the outbox. A vote locks its wait before its message; an append in the opposite order would
 * deadlock.
 */
const LOCK_ORDER: Readonly<Record<AppendOperation['op'], number>> = {
  // Before the children that the run starts, which get its engine.
  engine: -1,
  child_create: 0,
  handler_create: 0,
  child_unqueue: 4,
  child_begin: 7,
  rerun: 0,
  move: 0,
  plan: 1,
  payload_ref: 2,
  payload_location: 2,
  snapshot: 3,
  event_lock: 3.5,
  wait_open: 4,
  wait_close: 4,
  wait_reopen: 4,
  waits_lock: 4,
  event_match: 4.5,
  engine_lock: 4.9,
  inbox_consumed: 5,
  inbox_clear: 5,
  message: 5,
  timer_set: 6,
  timer_clear: 6,
  timers_end: 6,
  ready: 7,
  require: 7,
  unready: 7,
  wake: 7,
  event_wake: 7,
  finish: 7,
  dispatch_add: 8,
  dispatch_cancel: 8,
  dispatch_end: 8,
  outbox: 9,
  event_outbox: 9,
  outbox_clear: 9,
}

/** An operation with the run of its append. */
export interface OperationOfRun extends RunRef {
  readonly operation: AppendOperation
}

/** Returns the run whose rows an operation changes: that of its append, or another one; or the match key that it locks. */
function changedRunOf({ operation, runId }: OperationOfRun): string {
  // Of the lock of a tenant, all runs change the same. The exclusive one comes first: a shared one cannot be raised while
  // another transaction has it, too.
  if (operation.op === 'engine_lock') return operation.isExclusive ? 'exclusive' : 'shared'
  // Of a lock of a match key, all runs with the key change the same.
  if (operation.op === 'event_lock') return operation.matchKey
  return ('runId' in operation ? operation.runId : undefined) ?? runId
}

/** Returns the approval whose row an operation changes; empty for other operations. */
function changedWaitOf({ operation }: OperationOfRun): string {
  return 'approvalId' in operation ? operation.approvalId : ''
}

/**
 * Compares operations by the lock order: by their tables, then by their runs, and waits by their approvals, as a cancelation
 * locks the open waits of a run. Equal ones keep their order, so that the last of several operations on a timer
 * wins.
 */
export function compareOperations(a: OperationOfRun, b: OperationOfRun): number {
  return (
    LOCK_ORDER[a.operation.op] - LOCK_ORDER[b.operation.op] ||
    compareTexts(a.tenantId, b.tenantId) ||
    compareTexts(changedRunOf(a), changedRunOf(b)) ||
    compareTexts(changedWaitOf(a), changedWaitOf(b))
  )
}

/** Returns operations of one append in the order of {@link compareOperations}, the lock of the engines only once. */
export function inLockOrder(
  operations: readonly AppendOperation[],
  { tenantId, runId }: RunRef,
): readonly AppendOperation[] {
  if (operations.length < 2) return operations
  return operations
    .map((operation) => ({ tenantId, runId, operation }))
    .sort(compareOperations)
    .map(({ operation }) => operation)
    .filter(({ op }, index, sorted) => op !== 'engine_lock' || sorted[index - 1]?.op !== 'engine_lock')
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}
