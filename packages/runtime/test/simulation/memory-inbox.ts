import type { JsonObject } from '@tenon/core/document'
import type { Vote } from '@tenon/core/node'
import { type Fact, factId, isRunOver, makeValueRef, type ParkResolution } from '@tenon/core/run'
import type { Plan } from '../../src/interpreter/plan.ts'
import type { RunRef } from '../../src/store/run-ref.ts'
import { isQueued, leaveQueue } from './memory-admission.ts'
import { eventsOf } from './memory-append.ts'
import { findRun, type MemoryRun, type MemoryTables, type MemoryWait, wake } from './memory-tables.ts'

/** A message that a run must apply, unless its wait is canceled before. */
export interface AcceptedMessage {
  readonly runId: string
  readonly messageId: string
  /** Wait that the message is for; null for a request to the run itself. */
  readonly waitId: string | null
}

/** Answer to a request of a client; `accepted` ones must have their effect. */
export type Answer =
  | { readonly outcome: 'accepted'; readonly owner: string | null; readonly messages: readonly AcceptedMessage[] }
  | { readonly outcome: 'unchanged' | 'repeated'; readonly owner: string | null }
  | { readonly outcome: 'not_found' | 'closed' | 'kept' | 'queued' | 'pending' }

const CLOSED: Answer = { outcome: 'closed' }
const EVENT_TTL_MS = 86_400_000

/** A version to which a run is asked to move. */
export interface MoveTarget {
  readonly version: string
  readonly plan: Plan
}

/** Accepts messages to runs in memory, by the rules of `createInbox`, `putEvent` and `putMigration`. */
export interface MemoryInbox {
  vote(run: RunRef, approvalId: string, vote: Vote): Answer
  resolve(run: RunRef, approvalId: string, requestId: string, resolution: ParkResolution): Answer
  send(matchKey: string, eventId: string, payload: JsonObject): Answer
  cancel(run: RunRef): Answer
  skipCompensation(run: RunRef): Answer
  pause(run: RunRef, requestId: string): Answer
  resume(run: RunRef, requestId: string): Answer
  move(run: RunRef, requestId: string, target: MoveTarget): Answer
}

/**
 * Opens the inbox for one process.
 *
 * @param owner - Returns the worker of the process if it may own one more run.
 */
export function memoryInbox(tables: MemoryTables, owner: () => string | null): MemoryInbox {
  const put = (memory: MemoryRun, fact: Fact): Answer => {
    const messageId = factId(fact)
    if (memory.inbox.has(messageId)) return { outcome: 'repeated', owner: null }
    memory.inbox.set(messageId, JSON.stringify(fact))
    wake(tables, memory, owner())
    const waitId = 'waitId' in fact.data ? fact.data.waitId : null
    const message = { runId: memory.run.runId, messageId, waitId }
    return { outcome: 'accepted', owner: memory.ready?.workerId ?? null, messages: [message] }
  }
  const onOpenRun = (ref: RunRef, act: (memory: MemoryRun) => Answer): Answer => {
    const memory = findRun(tables, ref)
    if (memory === undefined) return { outcome: 'not_found' }
    return isRunOver(memory.run.status) ? CLOSED : act(memory)
  }
  const onWait = (ref: RunRef, approvalId: string, act: (memory: MemoryRun, wait: MemoryWait) => Answer): Answer => {
    const memory = findRun(tables, ref)
    const wait = memory?.waits.get(approvalId)
    return memory === undefined || wait === undefined ? { outcome: 'not_found' } : act(memory, wait)
  }
  const requestPause = (type: 'pause_requested' | 'resume_requested') => (ref: RunRef, requestId: string) =>
    onOpenRun(ref, (memory) => {
      if (hasEndMessage(memory)) return CLOSED
      const last = [...memory.inbox.keys()].reverse().find((id) => /^(pause|resume)\//.test(id))
      const isPaused = last === undefined ? memory.run.status === 'paused' : last.startsWith('pause/')
      if (isPaused === (type === 'pause_requested')) return { outcome: 'unchanged', owner: null }
      if (isQueued(tables, memory.run)) return putBeforeStart(memory, { type, data: { requestId, actor: null } })
      return put(memory, { type, data: { requestId, actor: null } })
    })
  return {
    vote: (ref, approvalId, vote) =>
      onWait(ref, approvalId, (memory, wait) => {
        const key = `${approvalId}/${vote.actor.userId}`
        const own = memory.votes.get(key)
        if (own === vote.choice && wait.status !== 'canceled' && wait.status !== 'timeout') {
          return { outcome: 'repeated', owner: null }
        }
        const isLate = wait.dueAt !== null && wait.dueAt <= tables.now()
        if (wait.status !== 'open' || own !== undefined || isDecided(memory, wait)) return CLOSED
        if (hasEndMessage(memory) || isLate) return CLOSED
        memory.votes.set(key, vote.choice)
        return put(memory, { type: 'approval_decided', data: { waitId: wait.waitId, vote } })
      }),
    resolve: (ref, approvalId, requestId, resolution) =>
      onWait(ref, approvalId, (memory, wait) => {
        if (wait.resolution !== null) {
          const { requestId: first } = JSON.parse(wait.resolution) as { readonly requestId: string }
          return first === requestId && wait.status !== 'canceled' ? { outcome: 'repeated', owner: null } : CLOSED
        }
        if (wait.status !== 'open' || hasEndMessage(memory)) return CLOSED
        wait.resolution = JSON.stringify({ requestId })
        const data = { waitId: wait.waitId, requestId, resolution, actor: null }
        return put(memory, { type: 'parked_resolved', data })
      }),
    send: (matchKey, eventId, payload) => {
      const now = tables.now()
      const waits = [...tables.runs.values()].flatMap((memory) =>
        [...memory.waits.values()]
          .filter((wait) => wait.matchKey === matchKey && wait.status === 'open' && wait.resolution === null)
          .filter(({ dueAt }) => (dueAt === null || dueAt > now) && !hasEndMessage(memory))
          .map((wait) => ({ memory, wait })),
      )
      const value = makeValueRef(payload)
      if (waits.length === 0) {
        const text = JSON.stringify(value)
        tables.kept.push({ eventId, matchKey, payload: text, receivedAt: now, expiresAt: now + EVENT_TTL_MS })
        return { outcome: 'kept' }
      }
      const messages = waits.flatMap(({ memory, wait }) => {
        wait.resolution = JSON.stringify({ eventId })
        const data = { waitId: wait.waitId, eventId, payload: value, receivedAt: now, actor: null }
        const answer = put(memory, { type: 'event_received', data })
        return answer.outcome === 'accepted' ? answer.messages : []
      })
      return { outcome: 'accepted', owner: null, messages }
    },
    cancel: (ref) =>
      onOpenRun(ref, (memory) => {
        leaveQueue(tables, memory)
        if (isUndoing(memory)) return { outcome: 'unchanged', owner: null }
        return put(memory, { type: 'cancel_requested', data: { reason: 'user', actor: null } })
      }),
    skipCompensation: (ref) =>
      onOpenRun(ref, (memory) => {
        leaveQueue(tables, memory)
        return put(memory, { type: 'compensation_skip_requested', data: { actor: null } })
      }),
    pause: requestPause('pause_requested'),
    resume: requestPause('resume_requested'),
    move: (ref, requestId, { version, plan }) =>
      onOpenRun(ref, (memory) => {
        const { run, inbox } = memory
        const { planHash } = plan
        if (run.status === 'queued') return { outcome: 'queued' }
        const waiting = [...inbox].find(([id]) => id.startsWith('migrate/'))?.[1]
        if (waiting !== undefined) {
          const { data } = JSON.parse(waiting) as Extract<Fact, { type: 'migrate_requested' }>
          return data.planHash === planHash ? { outcome: 'unchanged', owner: null } : { outcome: 'pending' }
        }
        if (run.version === version) return { outcome: 'unchanged', owner: null }
        if (hasEndMessage(memory)) return CLOSED
        tables.plans.set(planHash, JSON.stringify(plan))
        const data = { requestId, actor: null, version, from: run.version, planHash }
        return put(memory, { type: 'migrate_requested', data })
      }),
  }
}

/** Stores a message of a run that waits to start, to be applied before its start. The run is not woken. */
function putBeforeStart({ run, inbox }: MemoryRun, fact: Fact): Answer {
  const start = inbox.get('start')
  const messageId = factId(fact)
  inbox.set(messageId, JSON.stringify(fact))
  if (start !== undefined) {
    inbox.delete('start')
    inbox.set('start', start)
  }
  return { outcome: 'accepted', owner: null, messages: [{ runId: run.runId, messageId, waitId: null }] }
}

function isUndoing(memory: MemoryRun): boolean {
  return eventsOf(memory).some(({ type }) => type === 'compensation_started')
}

function hasEndMessage(memory: MemoryRun): boolean {
  if (memory.inbox.has('skip_compensation')) return true
  return memory.inbox.has('cancel') && !isUndoing(memory)
}

function isDecided({ votes }: MemoryRun, { approvalId, waitFor }: MemoryWait): boolean {
  const { choices, required } = JSON.parse(waitFor) as {
    readonly choices: readonly string[]
    readonly required: number
  }
  const own = [...votes].flatMap(([key, choice]) => (key.startsWith(`${approvalId}/`) ? [choice] : []))
  return choices.some((choice) => own.filter((each) => each === choice).length >= required)
}
