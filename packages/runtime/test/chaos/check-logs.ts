import { readFile } from 'node:fs/promises'
import { isRunOver, type RunEvent } from '@tenon/core/run'
import type { Plan } from '../../src/interpreter/plan.ts'
import { restep } from '../../src/interpreter/restep.ts'
import type { RuntimeDatabase } from '../../src/postgres/tables.ts'
import type { RunReader } from '../../src/run-store.ts'
import { postgresRunReader } from '../../src/store/run-reader.ts'
import { verifyRunLog } from '../../src/store/verify-run-log.ts'
import { plansOfLog } from '../../src/testing/plans-of-log.ts'
import { undoFaults } from '../undo-faults.ts'
import type { Effect, RunAddress } from './protocol.ts'

/** State of the runs after an attack. A sound engine leaves no fault, whatever the attack was. */
export interface LogFindings {
  /** One line for each broken invariant. */
  readonly faults: readonly string[]
  readonly completed: number
  readonly failed: number
  readonly canceled: number
  /** Runs that other runs have started; they are not among the counts above. */
  readonly children: number
  /** Attempts whose worker lost its lease. */
  readonly lostAttempts: number
  /** Bodies that ran more often than once for one node run, planned failures apart. */
  readonly repeatedBodies: number
}

const ENDS: ReadonlySet<string> = new Set(['run_completed', 'run_error', 'run_canceled'])
const PAGE = 1_000

/** A line of the effects file, or the note that a process was killed. */
export type EffectLine = Effect | { readonly what: 'killed'; readonly pid: number }

/**
 * Checks the invariants of runs that must have ended: exactly one end, dense `seq`, no event id twice, one outcome of a
 * pass, the same decisions from the same facts, what was done undone once in reverse, timers that fire once and not early, an intact hash chain, no message left, no attempt started or executed twice, and no two
 * bodies of one node run at a time unless the first one's lease had expired.
 */
export async function checkLogs(
  database: RuntimeDatabase,
  runs: readonly RunAddress[],
  effects: readonly EffectLine[],
): Promise<LogFindings> {
  const reader = postgresRunReader(database)
  const plans = new Map<string, Plan | null>()
  const faults: string[] = []
  const counts = { completed: 0, failed: 0, canceled: 0, children: 0 }
  const logs = new Map<string, readonly RunEvent[]>()
  for (const { tenantId, runId } of runs) {
    const fault = (text: string): void => void faults.push(`${runId}: ${text}`)
    const run = await reader.getRun(tenantId, runId)
    if (run === null) {
      fault('is not stored')
      continue
    }
    const events = await readAll(reader, { tenantId, runId })
    logs.set(runId, events)
    faults.push(...[...logFaults(events), ...timerFaults(events)].map((text) => `${runId}: ${text}`))
    if (run.parent !== null) counts.children += 1
    else if (run.status === 'completed' || run.status === 'failed' || run.status === 'canceled') counts[run.status] += 1
    if (!isRunOver(run.status)) fault(`is ${run.status} after ${events.at(-1)?.type}`)
    const left = await messagesLeft(database, { tenantId, runId })
    if (isRunOver(run.status) && left > 0) fault(`has ended and still has ${left} messages`)
    if (events.length !== run.nextSeq - 1) fault(`has ${events.length} events, next seq ${run.nextSeq}`)
    const planKey = `${tenantId}/${run.planHash}`
    const plan = plans.get(planKey) ?? (await reader.getPlan(tenantId, run.planHash))
    plans.set(planKey, plan)
    if (plan === null) fault('has no plan')
    else {
      const hasStarted = events.some(({ type }) => type === 'run_started')
      const hasMoved = events.some(({ type }) => type === 'migrate_requested')
      const plans = hasStarted && hasMoved ? await plansOfLog(reader, tenantId, events) : plan
      if (!restep(events, plans).same) fault('replays to other decisions')
      for (const text of undoFaults(events, plan)) fault(text)
    }
    if (!(await verifyRunLog(database, tenantId, runId)).isIntact) fault('has a broken hash chain')
  }
  for (const [runId, events] of logs) faults.push(...childFaults(events, logs).map((text) => `${runId}: ${text}`))
  const bodies = checkEffects(effects, logs)
  const lostAttempts = [...logs.values()].flat().filter(({ type }) => type === 'attempt_lost').length
  return { faults: [...faults, ...bodies.faults], ...counts, lostAttempts, repeatedBodies: bodies.repeated }
}

async function messagesLeft(database: RuntimeDatabase, { tenantId, runId }: RunAddress): Promise<number> {
  const rows = await database.withTenant(tenantId, (tx) =>
    tx
      .selectFrom('run_inbox')
      .select('message_id')
      .where('tenant_id', '=', tenantId)
      .where('run_id', '=', runId)
      .execute(),
  )
  return rows.length
}

async function readAll(reader: RunReader, { tenantId, runId }: RunAddress): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = []
  for (;;) {
    const page = await reader.readEvents(tenantId, runId, events.length, PAGE)
    events.push(...page)
    if (page.length < PAGE) return events
  }
}

function logFaults(events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = []
  const gap = events.findIndex((event, index) => event.seq !== index + 1)
  if (gap !== -1) faults.push(`seq ${events[gap]?.seq} comes where ${gap + 1} belongs`)
  const ends = events.filter(({ type }) => ENDS.has(type))
  if (ends.length !== 1) faults.push(`has ${ends.length} ends`)
  if (ends.length === 1 && events.at(-1) !== ends[0]) faults.push(`continues after its end with ${events.at(-1)?.type}`)
  for (const id of twice(events.map(({ id }) => id))) faults.push(`has event ${id} twice`)
  const attempts = events.flatMap((event) =>
    event.type === 'node_started' ? [`${event.nodeRunId}/${event.data.pass}/${event.data.attempt}`] : [],
  )
  for (const attempt of twice(attempts)) faults.push(`starts attempt ${attempt} twice`)
  return faults
}

/** Checks that each timer has fired once, and not before its time, unless it was cleared or its run had another end. */
function timerFaults(events: readonly RunEvent[]): readonly string[] {
  const faults: string[] = []
  const fired = events.flatMap((event) => (event.type === 'timer_fired' ? [event.data] : []))
  const cleared = new Set(events.flatMap((event) => (event.type === 'timer_cleared' ? [event.data.timerId] : [])))
  for (const id of twice(fired.map(({ timerId }) => timerId))) faults.push(`the timer ${id} fires twice`)
  for (const { timerId, lateMs } of fired) if (lateMs < 0) faults.push(`the timer ${timerId} fires ${-lateMs} ms early`)
  if (events.at(-1)?.type !== 'run_completed') return faults
  const has = new Set(fired.map(({ timerId }) => timerId))
  for (const event of events) {
    if (event.type !== 'timer_set' || event.data.purpose === 'deadline') continue
    const { timerId } = event.data
    if (!has.has(timerId) && !cleared.has(timerId)) faults.push(`the timer ${timerId} never fires`)
  }
  return faults
}

/** Checks that each child of a run was started once, and that the run got its end once. */
function childFaults(events: readonly RunEvent[], logs: ReadonlyMap<string, readonly RunEvent[]>): readonly string[] {
  const faults: string[] = []
  const ended = events.flatMap((event) => (event.type === 'child_finished' ? [event.data.childRunId] : []))
  for (const event of events) {
    if (event.type !== 'child_requested') continue
    const { childRunId, isAwaited } = event.data.waitFor
    if (!logs.has(childRunId)) faults.push(`its child ${childRunId} is not stored`)
    const ends = ended.filter((id) => id === childRunId).length
    if (isAwaited && ends !== 1) faults.push(`got ${ends} ends of its child ${childRunId}`)
  }
  return faults
}

function checkEffects(
  effects: readonly EffectLine[],
  logs: ReadonlyMap<string, readonly RunEvent[]>,
): { readonly faults: readonly string[]; readonly repeated: number } {
  const faults: string[] = []
  const has = (type: 'node_started' | 'attempt_lost', effect: Effect): boolean =>
    logs
      .get(effect.runId)
      ?.some(
        (event) => event.type === type && event.nodeRunId === effect.nodeRunId && event.data.attempt === effect.attempt,
      ) === true
  const running = new Map<string, Effect[]>()
  const begun: Effect[] = []
  for (const line of effects) {
    if (line.what === 'killed') {
      for (const [name, open] of running)
        running.set(
          name,
          open.filter(({ pid }) => pid !== line.pid),
        )
      continue
    }
    const name = `${line.runId}/${line.nodeRunId}`
    const open = running.get(name) ?? []
    if (line.what !== 'begin') {
      running.set(
        name,
        open.filter(({ pid, attempt }) => pid !== line.pid || attempt !== line.attempt),
      )
      continue
    }
    if (!has('node_started', line)) faults.push(`${name}: attempt ${line.attempt} ran and is not in the log`)
    // With params that a person gave, their hash follows.
    if (line.key !== name && !line.key.startsWith(`${name}/`))
      faults.push(`${name}: the idempotency key is ${line.key}`)
    for (const other of open) {
      if (!has('attempt_lost', other)) {
        faults.push(`${name}: attempt ${line.attempt} began while attempt ${other.attempt} ran`)
      }
    }
    running.set(name, [...open, line])
    begun.push(line)
  }
  for (const attempt of twice(begun.map(({ runId, key, attempt }) => `${runId}/${key} ${attempt}`))) {
    faults.push(`${attempt}: this attempt ran twice`)
  }
  const nodeRuns = new Set(begun.map(({ runId, nodeRunId }) => `${runId}/${nodeRunId}`))
  const planned = [...logs.values()]
    .flat()
    .filter((event) => (event.type === 'node_error' && event.data.nextAt !== null) || event.type === 'parked_resolved')
  return { faults, repeated: begun.length - planned.length - nodeRuns.size }
}

function twice(items: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    if (seen.has(item)) return true
    seen.add(item)
    return false
  })
}

/** Reads what the bodies of the worker processes have recorded; a process that was killed may leave half a line. */
export async function readEffects(path: string): Promise<readonly EffectLine[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as EffectLine]
    } catch {
      return []
    }
  })
}
