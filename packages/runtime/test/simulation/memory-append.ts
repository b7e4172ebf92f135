import { isRunOver, type RunEvent } from '@tenon/core/run'
import type { Append, AppendOperation, AppendResult } from '../../src/store/append.ts'
import { passOfRunKey, type RunRef, runKey } from '../../src/store/run-ref.ts'
import { packAppend, unrollRow } from '../../src/store/stored-events.ts'
import { enqueue, leaveQueue } from './memory-admission.ts'
import { addRun, findRun, type MemoryRun, type MemoryTables, wake } from './memory-tables.ts'

/** Stores an append by the rules of the functions of the database. */
export function storeAppend(tables: MemoryTables, append: Append): AppendResult {
  const found = findRun(tables, append)
  if (append.create !== null) {
    if (found !== undefined) return { outcome: 'exists' }
    return write(tables, addNewRun(tables, append, append.create), append)
  }
  if (found === undefined) return { outcome: 'missing' }
  const { kind, expectTurn, expectSeq } = append
  const { turn, nextSeq, finishedAt } = found.run
  if (kind === 'observe') return finishedAt === null ? write(tables, found, append) : { outcome: 'closed' }
  if (turn !== expectTurn || (expectSeq ?? nextSeq) !== nextSeq) return { outcome: 'conflict' }
  return write(tables, found, append)
}

/** Reads the events of a run. */
export function eventsOf({ rows }: MemoryRun): readonly RunEvent[] {
  return rows.flatMap(unrollRow)
}

/** Adds the row of a run that a request starts. */
export function addNewRun(
  tables: MemoryTables,
  { tenantId, runId }: RunRef,
  create: NonNullable<Append['create']>,
): MemoryRun {
  const { startWeek: _, ...row } = create
  return addRun(tables, {
    ...row,
    ...{ tenantId, runId, status: 'queued', turn: 0, nextSeq: 1, startedAt: null, finishedAt: null },
    ...{
      outcome: null,
      output: null,
      error: null,
      parent: null,
      rootRunId: runId,
      depth: 0,
      rerunOf: null,
      handles: null,
      handledBy: null,
      first: null,
    },
  })
}

function write(tables: MemoryTables, memory: MemoryRun, append: Append): AppendResult {
  const { events, turns, status, patch, payloads, operations } = append
  const { run } = memory
  for (const { offset, events: texts, inlines } of packAppend(events).rows) {
    memory.rows.push({ seq: run.nextSeq + offset, turn: run.turn, events: texts, inlines })
  }
  const change = patch === null ? {} : (JSON.parse(JSON.stringify(patch)) as typeof patch)
  const nextSeq = run.nextSeq + events.length
  memory.run = { ...run, ...change, turn: run.turn + turns, nextSeq, status: status ?? run.status }
  for (const { hash, text } of payloads) tables.payloads.set(hash, text)
  for (const operation of operations) applyOperation(tables, memory, operation)
  return { outcome: 'ok', firstSeq: run.nextSeq, turnBefore: run.turn }
}

/** Executes one operation of an append, or of a message without effect. */
export function applyOperation(tables: MemoryTables, memory: MemoryRun, o: AppendOperation): void {
  const { tenantId } = memory.run
  const other = 'runId' in o && o.runId !== undefined ? findRun(tables, { tenantId, runId: o.runId }) : memory
  switch (o.op) {
    case 'timer_set':
      memory.timers.set(o.timerId, { dueAt: o.dueAt, fireAt: o.dueAt })
      return
    case 'timer_clear':
      memory.timers.delete(o.timerId)
      return
    case 'timers_end':
      memory.timers.clear()
      return
    case 'wait_open': {
      const { approvalId, waitId, nodeRunId, kind, dueAt, waitFor, matchKey = null } = o
      if (memory.waits.has(approvalId)) throw new Error(`The wait ${waitId} is opened twice`)
      const state = { status: 'open', resolution: null }
      memory.waits.set(approvalId, { approvalId, waitId, nodeRunId, kind, dueAt, waitFor, matchKey, ...state })
      return
    }
    case 'wait_close': {
      const wait = memory.waits.get(o.approvalId)
      if (wait !== undefined) wait.status = o.how
      return
    }
    case 'wait_reopen': {
      const wait = memory.waits.get(o.approvalId)
      if (wait?.status !== 'open' || wait.resolution === null) return
      if ((JSON.parse(wait.resolution) as { requestId?: string }).requestId === o.requestId) wait.resolution = null
      return
    }
    case 'event_match':
      matchEvent(tables, memory, o)
      return
    case 'event_wake':
      if (memory.inbox.has(`event/${o.waitId}`)) wakeExisting(memory)
      return
    case 'child_create':
      createChild(tables, memory, o)
      return
    case 'handler_create':
      createHandler(tables, memory, o)
      return
    case 'child_begin':
      if (other === undefined) return
      // As a run that a request starts.
      if (o.limit === null) wake(tables, other)
      else enqueue(tables, { tenantId, ...o, isChild: true })
      return
    case 'child_unqueue':
      if (other !== undefined && leaveQueue(tables, other)) wake(tables, other)
      return
    case 'message':
      if (other === undefined || other.run.finishedAt !== null || other.inbox.has(o.messageId)) return
      other.inbox.set(o.messageId, o.fact)
      return
    case 'inbox_consumed':
      memory.inbox.delete(o.messageId)
      return
    case 'inbox_clear':
      other?.inbox.clear()
      return
    case 'ready':
      wake(tables, memory, o.workerId)
      return
    case 'wake':
      if (other !== undefined) wakeExisting(other)
      return
    case 'finish':
      tables.admissions.delete(runKey(memory.run))
      memory.ready = null
      memory.dispatches.clear()
      return
    case 'dispatch_add': {
      const { nodeRunId, pass } = o
      const queued = { nodeRunId, pass, workerId: null, readyAt: tables.now(), isCanceling: false }
      if (!memory.dispatches.has(passOfRunKey(o))) memory.dispatches.set(passOfRunKey(o), queued)
      return
    }
    case 'dispatch_cancel': {
      const queued = memory.dispatches.get(passOfRunKey(o))
      if (queued !== undefined) Object.assign(queued, { isCanceling: true, readyAt: 0 })
      return
    }
    case 'dispatch_end':
      memory.dispatches.delete(passOfRunKey(o))
      return
    case 'plan':
      tables.plans.set(o.planHash, o.data)
      return
    case 'snapshot':
      if (memory.snapshot === undefined || memory.snapshot.seq < o.seq) memory.snapshot = { seq: o.seq, data: o.data }
      return
    case 'rerun':
      memory.run = { ...memory.run, rerunOf: { runId: o.of, from: JSON.parse(o.from) } }
      return
    case 'move': {
      const { version, planHash, first } = memory.run
      memory.run = { ...memory.run, version: o.version, planHash: o.planHash, first: first ?? { version, planHash } }
      return
    }
    // Nothing to store: transactions that follow each other need no locks, and no simulated run has references of values,
    // requirements or an outbox.
    case 'waits_lock':
    case 'event_lock':
    case 'engine_lock':
    case 'payload_ref':
    case 'require':
      return
    default:
      throw new Error(`No simulated run has the operation ${o.op}`)
  }
}

function wakeExisting({ ready }: MemoryRun): void {
  if (ready !== null) ready.woken = true
}

function createChild(
  tables: MemoryTables,
  { run: parent }: MemoryRun,
  o: Extract<AppendOperation, { op: 'child_create' }>,
): void {
  const { tenantId, traceId, mode, engine, runId, rootRunId, depth } = parent
  if (findRun(tables, { tenantId, runId: o.runId }) !== undefined) return
  addRun(tables, {
    ...{ tenantId, traceId, mode, engine, runId: o.runId, workflowId: o.workflowId, version: o.version },
    ...{ planHash: o.planHash, semantics: o.semantics, queuedAt: o.queuedAt, status: 'queued', turn: 0, nextSeq: 1 },
    ...{ startedAt: null, finishedAt: null, outcome: null, output: null, error: null, rerunOf: null, first: null },
    ...{ handles: null, handledBy: null },
    startedBy: { kind: 'run', runId },
    parent: { runId, nodeRunId: o.nodeRunId, waitId: o.waitId },
    ...{ rootRunId, depth: depth + 1 },
  })
}

function createHandler(
  tables: MemoryTables,
  memory: MemoryRun,
  o: Extract<AppendOperation, { op: 'handler_create' }>,
): void {
  const { tenantId, traceId, mode, engine, runId } = memory.run
  if (memory.run.handledBy !== null) throw new Error(`The run ${runId} has two handlers`)
  addRun(tables, {
    ...{ tenantId, traceId, mode, engine, runId: o.runId, workflowId: o.workflowId, version: o.version },
    ...{ planHash: o.planHash, semantics: o.semantics, queuedAt: o.queuedAt, status: 'queued', turn: 0, nextSeq: 1 },
    ...{ startedAt: null, finishedAt: null, outcome: null, output: null, error: null, rerunOf: null, first: null },
    startedBy: { kind: 'failure', runId },
    ...{ parent: null, rootRunId: o.runId, depth: 0, handles: runId, handledBy: null },
  })
  memory.run = { ...memory.run, handledBy: o.runId }
}

/** Gives a wait the oldest event with its key that is kept. */
function matchEvent(
  tables: MemoryTables,
  memory: MemoryRun,
  { matchKey, approvalId, waitId }: Extract<AppendOperation, { op: 'event_match' }>,
): void {
  const at = tables.kept.findIndex((event) => event.matchKey === matchKey && event.expiresAt > tables.now())
  const event = tables.kept[at]
  const wait = memory.waits.get(approvalId)
  if (event === undefined || wait === undefined) return
  tables.kept.splice(at, 1)
  const { eventId, payload, receivedAt } = event
  const data = { waitId, eventId, payload: JSON.parse(payload), receivedAt, actor: null }
  memory.inbox.set(`event/${waitId}`, JSON.stringify({ type: 'event_received', data }))
  wait.resolution = JSON.stringify({ eventId })
}

/** Checks whether a run has ended. */
export function isOver({ run }: MemoryRun): boolean {
  return isRunOver(run.status)
}
