import { foldRunEvents, isRunOver, type RunEvent } from '@tenon/core/run'
import type { FindPlan } from '../../src/interpreter/context.ts'
import { createMachine } from '../../src/interpreter/machine.ts'
import type { Machine, MachineFact, MachineSnapshot } from '../../src/interpreter/machine-types.ts'
import type { Plan } from '../../src/interpreter/plan.ts'
import { createPlanIndex } from '../../src/interpreter/plan-index.ts'
import { restep } from '../../src/interpreter/restep.ts'
import { undoFaults } from '../undo-faults.ts'
import { orderOfAdmissionFaults } from './check-limits.ts'
import { eventsOf } from './memory-append.ts'
import type { MemoryRun, MemoryTables } from './memory-tables.ts'
import type { Acknowledged } from './simulated-clients.ts'
import type { BodyCall } from './simulated-nodes.ts'

const ENDS: ReadonlySet<string> = new Set(['run_completed', 'run_error', 'run_canceled'])
const OUTCOMES: ReadonlySet<string> = new Set([
  'node_completed',
  'node_failed',
  'node_canceled',
  'node_suspended',
  'node_skipped',
])

/** Checks the invariants of all runs of a simulation, which must have ended; returns one line for each fault. */
export function checkRuns(
  tables: MemoryTables,
  acknowledged: readonly Acknowledged[],
  calls: readonly BodyCall[],
): readonly string[] {
  const faults: string[] = []
  const logs = new Map<string, readonly RunEvent[]>()
  for (const memory of tables.runs.values()) {
    const { runId, planHash } = memory.run
    const text = tables.plans.get(planHash)
    const events = eventsOf(memory)
    logs.set(runId, events)
    if (text === undefined) {
      faults.push(`${runId}: has no plan`)
      continue
    }
    const plan = JSON.parse(text) as Plan
    const plans = plansOf(tables, events, plan)
    const found = [
      ...orderFaults(memory, events),
      ...outcomeFaults(events),
      ...timerFaults(events),
      ...replayFaults(events, plans),
      ...undoFaults(events, plan),
      ...leftFaults(memory),
    ]
    faults.push(...found.map((fault) => `${runId}: ${fault}`))
  }
  faults.push(...acknowledgedFaults(acknowledged, logs), ...childFaults(logs), ...callFaults(calls, logs))
  faults.push(...handlerFaults(tables, logs), ...orderOfAdmissionFaults(tables))
  return faults
}

/** Checks that a log is dense, has each event once, and ends once. */
function orderFaults({ run }: MemoryRun, events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = []
  const ends = events.filter(({ type }) => ENDS.has(type))
  if (!isRunOver(run.status)) faults.push(`is ${run.status} after ${events.at(-1)?.type}`)
  else if (ends.length !== 1) faults.push(`has ${ends.length} ends`)
  else if (events.at(-1) !== ends[0]) faults.push(`continues after its end with ${events.at(-1)?.type}`)
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1)
  if (gap !== -1) faults.push(`seq ${events[gap]?.seq} comes where ${gap + 1} belongs`)
  for (const id of twice(events.map(({ id }) => id))) faults.push(`has event ${id} twice`)
  let turn = 0
  let at = 0
  for (const event of events) {
    if (event.class === 'fact') turn += 1
    if (event.turn !== turn) faults.push(`event ${event.seq} has turn ${event.turn} in place of ${turn}`)
    // Observations are dated by when they were made.
    if (event.class === 'observation') continue
    if (event.at < at) faults.push(`event ${event.seq} is older than the one before`)
    at = event.at
  }
  const view = foldRunEvents(events)
  if (isRunOver(run.status) && view.status !== run.status) faults.push(`is ${run.status} and shown as ${view.status}`)
  return faults
}

/** Checks that each pass has one outcome, and each attempt of it one start, before its outcome. */
function outcomeFaults(events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = []
  const scheduled = new Set<string>()
  const ended = new Set<string>()
  const started = new Set<string>()
  for (const event of events) {
    if (!('nodeRunId' in event) || event.nodeRunId === undefined) continue
    const { pass, attempt } = event.data as { readonly pass?: number; readonly attempt?: number }
    const key = `${event.nodeRunId}/${pass}`
    if (event.type === 'node_scheduled') {
      if (scheduled.has(key)) faults.push(`schedules ${key} twice`)
      scheduled.add(key)
    } else if (OUTCOMES.has(event.type)) {
      if (!scheduled.has(key)) faults.push(`${event.type} of ${key}, which was not scheduled`)
      if (ended.has(key)) faults.push(`has two outcomes of ${key}`)
      ended.add(key)
    } else if (event.type === 'node_started') {
      if (started.has(`${key}/${attempt}`)) faults.push(`starts attempt ${attempt} of ${key} twice`)
      if (ended.has(key)) faults.push(`starts attempt ${attempt} of ${key} after its outcome`)
      started.add(`${key}/${attempt}`)
    }
  }
  return faults
}

/** Checks that a timer fires once, and not before it is due. */
function timerFaults(events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = []
  const open = new Map<string, number>()
  for (const event of events) {
    if (event.type === 'timer_set') open.set(event.data.timerId, event.data.dueAt)
    if (event.type === 'timer_cleared') open.delete(event.data.timerId)
    // The time limit of a run is set with its start.
    if (event.type === 'run_started' && event.data.deadlineAt !== null) open.set('deadline', event.data.deadlineAt)
    if (event.type !== 'timer_fired') continue
    const { timerId, lateMs } = event.data
    const dueAt = open.get(timerId)
    if (dueAt === undefined) faults.push(`fires timer ${timerId}, which is not set`)
    else if (event.at < dueAt || lateMs < 0) faults.push(`fires timer ${timerId} ${dueAt - event.at} ms early`)
    open.delete(timerId)
  }
  return faults
}

/** Returns the plan with which a run has started, and those of the versions to which it was to move. */
function plansOf({ plans }: MemoryTables, events: readonly RunEvent[], last: Plan): readonly [Plan, ...Plan[]] {
  const hashes = events.flatMap((event) =>
    event.type === 'run_started' || event.type === 'migrate_requested' ? [event.data.planHash] : [],
  )
  const [first = last, ...others] = [...new Set(hashes)].map((hash) =>
    hash === last.planHash ? last : (JSON.parse(plans.get(hash) ?? 'null') as Plan),
  )
  return [first, ...others]
}

/** Checks that the facts of a log give its decisions, also from a snapshot in the middle. */
function replayFaults(events: readonly RunEvent[], plans: readonly [Plan, ...Plan[]]): readonly string[] {
  const facts = events.filter((event) => event.class === 'fact') as unknown as readonly MachineFact[]
  const middle = Math.floor(facts.length / 2)
  const [first] = plans
  const indexes = new Map(plans.map((plan) => [plan.planHash, createPlanIndex(plan)]))
  const findPlan: FindPlan = (planHash) => indexes.get(planHash)
  const [firstIndex = createPlanIndex(first)] = indexes.values()
  let snapshot = ''
  let from = firstIndex
  let whole: Machine | undefined
  const replayed = restep(events, plans, () => {
    const machine = createMachine(first, undefined, firstIndex, findPlan)
    whole = machine
    return {
      mark: () => machine.mark(),
      get turn() {
        return machine.turn
      },
      apply: (fact) => {
        if (machine.turn === middle) {
          snapshot = JSON.stringify(machine.snapshot())
          from = indexes.get(machine.planHash) ?? firstIndex
        }
        return machine.apply(fact)
      },
    }
  })
  if (!replayed.same)
    return [`replays to other decisions after ${replayed.seq}: ${replayed.recorded} / ${replayed.repeated}`]
  if (whole === undefined || snapshot === '') return []
  const second = createMachine(from.plan, JSON.parse(snapshot) as MachineSnapshot, from, findPlan)
  for (const fact of facts.slice(middle)) second.apply(fact)
  const isSame = JSON.stringify(second.snapshot()) === JSON.stringify(whole.snapshot())
  return isSame ? [] : [`has another state from a snapshot after ${middle} facts`]
}

/** Checks that nothing of an ended run is left beside its log. */
function leftFaults({ run, inbox, timers, ready, dispatches, waits }: MemoryRun): readonly string[] {
  if (!isRunOver(run.status)) return []
  const open = [...waits.values()].filter(({ status }) => status === 'open')
  return [
    ...[...inbox.keys()].map((messageId) => `has ended and still has the message ${messageId}`),
    ...[...timers.keys()].map((timerId) => `has ended and still has the timer ${timerId}`),
    ...[...dispatches.keys()].map((key) => `has ended and still has the queued node ${key}`),
    ...open.map(({ waitId }) => `has ended and still waits by ${waitId}`),
    ...(ready === null ? [] : ['has ended and is still ready']),
  ]
}

/** Checks that what was confirmed to a client has its effect. */
function acknowledgedFaults(
  acknowledged: readonly Acknowledged[],
  logs: ReadonlyMap<string, readonly RunEvent[]>,
): readonly string[] {
  return acknowledged.flatMap((each) => {
    const log = logs.get(each.runId)
    if (log === undefined) return [`${each.runId}: was started and is not stored`]
    // The end of a run overtakes a request to it.
    if (each.kind === 'start' || each.waitId === null || log.some(({ id }) => id === each.messageId)) return []
    const closed = log.find((event) => event.type === 'wait_closed' && event.data.waitId === each.waitId)
    const how = closed?.type === 'wait_closed' ? closed.data.how : 'not closed'
    return how === 'canceled' ? [] : [`${each.runId}: has lost ${each.messageId}; the wait is ${how}`]
  })
}

/** Checks that a run has started each child once, and got its end once. */
function childFaults(logs: ReadonlyMap<string, readonly RunEvent[]>): readonly string[] {
  return [...logs].flatMap(([runId, events]) => {
    const faults: string[] = []
    const ended = events.flatMap((event) => (event.type === 'child_finished' ? [event.data.childRunId] : []))
    for (const id of twice(ended)) faults.push(`${runId}: got the end of its child ${id} twice`)
    for (const event of events) {
      if (event.type !== 'child_requested') continue
      const { childRunId } = event.data.waitFor
      if (!logs.has(childRunId)) faults.push(`${runId}: its child ${childRunId} is not stored`)
    }
    return faults
  })
}

/** Checks that a run that has begun and did not complete has one handler, and no other run has one. */
function handlerFaults(
  { runs, plans }: MemoryTables,
  logs: ReadonlyMap<string, readonly RunEvent[]>,
): readonly string[] {
  const handled = [...runs.values()].flatMap(({ run }) => (run.handles === null ? [] : [run.handles]))
  return [...runs.values()].flatMap(({ run }) => {
    const { runId, status, handles, handledBy } = run
    const hasBegun = logs.get(runId)?.some(({ type }) => type === 'run_started') === true
    const isEnd = status === 'failed' || status === 'canceled'
    const hasHandler = plans.get(run.planHash)?.includes('"errorHandler":{') === true
    const expected = hasHandler && handles === null && hasBegun && isEnd ? 1 : 0
    const found = handled.filter((id) => id === runId).length
    if (found !== expected) return [`${runId}: is ${status} and has ${found} handlers`]
    return (handledBy === null) === (expected === 0) ? [] : [`${runId}: names the handler ${handledBy}`]
  })
}

/** Checks that each body that ran is in the log, once for each start, and with the key of its node run. */
function callFaults(calls: readonly BodyCall[], logs: ReadonlyMap<string, readonly RunEvent[]>): readonly string[] {
  const faults: string[] = []
  const started = new Map<string, number>()
  for (const [runId, events] of logs) {
    for (const event of events) {
      if (event.type !== 'node_started') continue
      const name = `${runId}/${event.nodeRunId} ${event.data.attempt}`
      started.set(name, (started.get(name) ?? 0) + 1)
    }
  }
  for (const { runId, nodeRunId, attempt, idempotencyKey } of calls) {
    const name = `${runId}/${nodeRunId}`
    const left = (started.get(`${name} ${attempt}`) ?? 0) - 1
    started.set(`${name} ${attempt}`, left)
    if (left < 0) faults.push(`${name}: attempt ${attempt} ran more often than it was started`)
    // With params that a person gave, their hash follows.
    if (idempotencyKey !== name && !idempotencyKey.startsWith(`${name}/`))
      faults.push(`${name}: has the key ${idempotencyKey}`)
  }
  return faults
}

function twice(items: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    if (seen.has(item)) return true
    seen.add(item)
    return false
  })
}
