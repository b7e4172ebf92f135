import { type Fact, factId } from '@tenon/core/run'
import type { AdmittedRun } from '../../src/admission/admit-runs.ts'
import { decideAdmissions, type Lane } from '../../src/admission/decide-admissions.ts'
import { type AcceptedRun, type RunToAccept, withoutDeadline } from '../../src/admission/run-to-accept.ts'
import { newRunOf } from '../../src/commit/new-run.ts'
import { type RunRef, runKey } from '../../src/store/run-ref.ts'
import { addNewRun } from './memory-append.ts'
import { findRun, type MemoryAdmission, type MemoryRun, type MemoryTables, wake } from './memory-tables.ts'

/** Accepts and admits runs in memory, each call at one moment. */
export interface MemoryAdmissions {
  /** Stores a run before its start, by the rules of `acceptRun`. */
  accept(run: Omit<RunToAccept, 'limits'>): AcceptedRun
  /** Admits the runs that may start now. */
  sweep(): readonly AdmittedRun[]
}

/** Opens the queue of the one tenant of a simulation. */
export function memoryAdmissions(tables: MemoryTables): MemoryAdmissions {
  return {
    accept: ({ request, plan, entry, requires, at }) => {
      if (findRun(tables, request) !== undefined) return { outcome: 'exists' }
      const { row, facts, payloads } = newRunOf(request, plan, at)
      const memory = addNewRun(tables, request, row)
      for (const { hash, text } of payloads) tables.payloads.set(hash, text)
      tables.plans.set(plan.planHash, JSON.stringify(plan))
      for (const fact of facts.map(withoutDeadline)) {
        memory.inbox.set(factId(fact), JSON.stringify(requestedAt(fact, at)))
      }
      const { tenantId, runId, workflowId } = request
      const { limit, group, priority } = entry
      enqueue(tables, { tenantId, runId, workflowId, limit, group, priority, isChild: false, requires })
      return { outcome: 'stored', admitted: admit(tables), openings: [] }
    },
    sweep: () => admit(tables),
  }
}

/** Puts a run at the end of the queue. */
export function enqueue(
  { admissions, runs }: MemoryTables,
  run: Omit<MemoryAdmission, 'position' | 'admittedAt'>,
): void {
  if (!admissions.has(runKey(run))) admissions.set(runKey(run), { ...run, position: runs.size, admittedAt: null })
}

/** Checks whether a run waits to start. */
export function isQueued({ admissions }: MemoryTables, run: RunRef): boolean {
  return admissions.get(runKey(run))?.admittedAt === null
}

/** Takes a run that waits to start out of the queue, so that it never starts; has no effect on a run that was admitted. */
export function leaveQueue(tables: MemoryTables, memory: MemoryRun): boolean {
  if (!isQueued(tables, memory.run)) return false
  tables.admissions.delete(runKey(memory.run))
  memory.inbox.delete('start')
  return true
}

/** Adds the time of the request to a start that may wait. */
function requestedAt(fact: Fact, at: number): Fact {
  return fact.type === 'run_started' ? { ...fact, data: { ...fact.data, requestedAt: at } } : fact
}

function admit(tables: MemoryTables): readonly AdmittedRun[] {
  const { admissions, runsInProgressLimit: limit } = tables
  const all = [...admissions.values()]
  const inProgressOf = new Map<string, number>()
  for (const each of all) {
    const name = groupName(each)
    if (each.admittedAt !== null) inProgressOf.set(name, (inProgressOf.get(name) ?? 0) + 1)
  }
  const { runIds } = decideAdmissions({
    ...{ isPaused: false, limit, rate: null, startsOf: new Map(), inProgressOf, lanes: lanesOf(all) },
    inProgress: all.filter(({ admittedAt, isChild }) => admittedAt !== null && !isChild).length,
  })
  return runIds.flatMap((runId) => {
    const found = all.find((each) => each.runId === runId)
    const memory = found === undefined ? undefined : findRun(tables, found)
    if (found === undefined || memory === undefined) return []
    tables.admitted.push({ ...found, before: all.filter((each) => isBefore(each, found)).map((each) => each.runId) })
    found.admittedAt = tables.now()
    // Those that no limit of runs in progress counts.
    if (found.limit === null && (limit === null || found.isChild)) admissions.delete(runKey(found))
    wake(tables, memory)
    return [{ runId, workflowId: found.workflowId }]
  })
}

/** Checks whether a run of the same lane has to start before another. */
function isBefore(each: MemoryAdmission, other: MemoryAdmission): boolean {
  if (each === other || each.admittedAt !== null || groupName(each) !== groupName(other)) return false
  // A child passes runs that wait for the tenant.
  if (each.isChild !== other.isChild) return false
  return each.priority > other.priority || (each.priority === other.priority && each.position < other.position)
}

function lanesOf(all: readonly MemoryAdmission[]): readonly Lane[] {
  const waiting = all.filter(({ admittedAt }) => admittedAt === null)
  const names = new Set(waiting.map(groupName))
  return [...names].map((group) => ({
    ...{ isPaused: false, group, rateGroup: '' },
    waiting: waiting
      .filter((each) => groupName(each) === group)
      .map((each) => ({ ...each, rate: null }))
      .sort((a, b) => b.priority - a.priority || a.position - b.position),
  }))
}

/** Names the runs that share a limit. */
function groupName({ workflowId, group }: Pick<MemoryAdmission, 'workflowId' | 'group'>): string {
  return `${workflowId}/${group}`
}
