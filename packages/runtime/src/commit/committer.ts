import { isRunOver, type RunEvent } from '@tenon/core/run'
import type { Bus } from '../bus.ts'
import type { RuntimeLog } from '../engine.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createLru } from '../lru.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { NewRun } from '../store/append.ts'
import type { Appender } from '../store/appender.ts'
import { type RunRef, runKey } from '../store/run-ref.ts'
import { type ByteBudget, createByteBudget, defaultPendingBytes } from './byte-budget.ts'
import type { PrepareChild } from './child-runs.ts'
import { commandsOf } from './commands.ts'
import type {
  CommitResult,
  Committer,
  CommitWork,
  FactToCommit,
  ObservationToCommit,
  RunToRead,
  StartedNode,
} from './commit-types.ts'
import { drive, MAX_SLICE_BYTES } from './drive.ts'
import { leaveOutStored } from './leave-out-stored.ts'
import { catchUp, loadSession } from './load-session.ts'
import { newRunOf } from './new-run.ts'
import type { FindNodeType } from './node-types.ts'
import {
  acceptAppend,
  addSnapshot,
  addWork,
  appendOf,
  applyOperations,
  createPendingAppend,
  dropRefused,
  undoAppend,
} from './pending-append.ts'
import { createPlanCache } from './plan-cache.ts'
import { createRunLocks } from './run-locks.ts'
import { dueTimers, emptySession, type RunSession, sessionBytes } from './session.ts'
import { createValueLoader, type ValueLoader } from './value-loader.ts'

/** Dependencies of a committer. */
export interface CommitterDeps {
  readonly database: RuntimeDatabase
  readonly appender: Appender
  readonly findType: FindNodeType
  readonly bus: Bus
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Approximate memory in bytes for the sessions of runs between commits. @defaultValue 67_108_864 */
  readonly maxSessionBytes?: number
  /**
   * Approximate memory in bytes for outcomes of bodies that wait to be stored, and the same amount for appends.
   *
   * @defaultValue a sixteenth of the heap of this process, at most 67_108_864
   */
  readonly maxPendingBytes?: number | undefined
  /**
   * Stores the requirements of runs of a plan before a child of it starts, and returns their key.
   *
   * @defaultValue no requirements, as on Temporal
   */
  readonly requirementsOf?: (tenantId: string, plan: Plan) => Promise<string>
  /** Called after an append that has stored messages for other runs: children and parents. */
  readonly onRunsWoken?: (runs: readonly RunRef[]) => void
}

const MISSING: CommitResult = {
  outcome: 'missing',
  status: 'queued',
  events: [],
  commands: [],
  started: [],
  metOthers: false,
  hasMore: false,
}

/** Dependencies of one commit. */
interface CommitDeps extends Omit<CommitterDeps, 'maxSessionBytes' | 'maxPendingBytes' | 'requirementsOf'> {
  readonly values: ValueLoader
  readonly prepareChild: PrepareChild
  /** Memory for appends until they are stored. */
  readonly appends: ByteBudget
}

/** Creates the committer of one process. */
export function createCommitter(deps: CommitterDeps): Committer {
  const { database, requirementsOf = async () => '' } = deps
  const plans = createPlanCache(database)
  const sessions = createLru<RunSession>(deps.maxSessionBytes ?? 67_108_864, sessionBytes)
  const locks = createRunLocks()
  const values = createValueLoader(database)
  const maxPendingBytes = deps.maxPendingBytes ?? defaultPendingBytes()
  const prepareChild: PrepareChild = async (tenantId, planHash) => {
    const { plan } = await plans.get(tenantId, planHash)
    return { plan, requires: await requirementsOf(tenantId, plan) }
  }
  const appends = createByteBudget(maxPendingBytes, MAX_SLICE_BYTES)
  const commitDeps = { ...deps, values, prepareChild, appends }

  const find = async (key: string, { tenantId, runId, isStale = false }: RunToRead): Promise<RunSession | null> => {
    const known = sessions.get(key)
    if (known !== undefined) {
      if (!isStale) return known
      try {
        await catchUp(database, known)
      } catch (error) {
        // It may have applied a part of the tail.
        sessions.delete(key)
        throw error
      }
      return known
    }
    const loaded = await loadSession(database, plans, { tenantId, runId })
    if (loaded !== null) sessions.set(key, loaded)
    return loaded
  }

  const perform = async (
    key: string,
    session: RunSession,
    work: CommitWork,
    options: PerformOptions,
  ): Promise<CommitResult> => {
    try {
      const performed = await performCommit(session, work, options, commitDeps)
      const { status } = session.machine
      if (isRunOver(status)) sessions.delete(key)
      // Weighed again, since it has grown. If another start created the run, this session is not in use.
      else if (sessions.get(key) === session) sessions.set(key, session)
      const { outcome, events, started, metOthers, hasMore } = performed
      return { outcome, status, events, commands: commandsOf(events), started, metOthers, hasMore }
    } catch (error) {
      // The session does not know if the append was stored: the log is read again.
      sessions.delete(key)
      throw error
    }
  }

  return {
    values,
    outcomes: createByteBudget(maxPendingBytes),
    commit: (request) => {
      const { isRepeated = false, observations = [], facts } = request
      const key = runKey(request)
      // The turn fences facts. Observations do not change it: an abandoned append of observations that arrives later
      // must not be stored in addition to its repetition.
      const isPinned = observations.length > 0 && (isRepeated || facts.length === 0)
      return locks.exclusive(key, async () => {
        const session = await find(key, request)
        if (session === null) return MISSING
        let metOthers = false
        for (;;) {
          const isAgain = isRepeated || metOthers
          const fresh = isAgain ? await leaveOutStored(database, session.identity, observations) : observations
          const result = await perform(key, session, request, { observations: fresh, isPinned, newRun: null })
          if (!isPinned || result.outcome !== 'unchanged' || !result.metOthers) {
            return metOthers ? { ...result, metOthers } : result
          }
          metOthers = true
        }
      })
    },
    commitDecision: (run, decide) => {
      const key = runKey(run)
      return locks.exclusive(key, async () => {
        const session = await find(key, run)
        if (session === null) return null
        for (;;) {
          const { value, work } = await decide(session)
          if (work === null) return { value, result: null }
          const { observations = [] } = work
          const result = await perform(key, session, work, { observations, isPinned: true, newRun: null })
          if (result.outcome !== 'unchanged' || !result.metOthers) return { value, result }
        }
      })
    },
    create: (request, plan) => {
      const key = runKey(request)
      return locks.exclusive(key, async () => {
        const { identity, row, fact, payloads } = newRunOf(request, plan, deps.now())
        const session = emptySession(identity, plans.put(request.tenantId, plan))
        const operations = [...(request.operations ?? [])]
        if (!plans.isStored(request.tenantId, plan.planHash)) {
          operations.unshift({ op: 'plan', planHash: plan.planHash, data: JSON.stringify(plan) })
        }
        const { acquireSlot, worker } = request
        const work = { acquireSlot, worker, facts: [{ fact }], operations, payloads }
        const result = await perform(key, session, work, { observations: [], isPinned: false, newRun: row })
        if (result.outcome === 'committed') {
          plans.noteStored(request.tenantId, plan.planHash)
          if (!isRunOver(result.status)) sessions.set(key, session)
        }
        return result
      })
    },
    withSession: (run, read) => {
      const key = runKey(run)
      return locks.exclusive(key, async () => {
        const session = await find(key, run)
        return session === null ? null : read(session)
      })
    },
  }
}

/** Options of a commit besides its work. */
interface PerformOptions {
  readonly observations: readonly ObservationToCommit[]
  /** Stores only if the log ends where the session ends; otherwise the session is brought up to date. */
  readonly isPinned: boolean
  /** Row of a run to create. */
  readonly newRun: NewRun | null
}

/** Result of the appends of one commit. */
interface Performed {
  readonly outcome: 'committed' | 'unchanged' | 'missing'
  readonly events: readonly RunEvent[]
  readonly started: readonly StartedNode[]
  readonly metOthers: boolean
  readonly hasMore: boolean
}

/**
 * Slices of pure work are short, so that one run does not hold up the others of its process and messages to the run are
 * read in between.
 */
const SLICE = { maxTurns: 200, maxMs: 50 } as const
/**
 * With `durability: 'strict'` every pure node is stored before the next one starts. So it is after a refusal, too, to find
 * the turn at fault.
 */
const STRICT_SLICE = { maxTurns: 1, maxMs: Number.POSITIVE_INFINITY } as const
/** Approximate size of an event with its inline value. */
const EVENT_BYTES = 1_024

/**
 * Commits work to a run, append by append, until the remaining work needs a body or a slice of inline nodes is full.
 * The caller holds the run's lock. After an error the session must not be used again.
 *
 * An append that the database refuses for good is split turn by turn: an inline node whose outcome is refused
 * fails with `OUTCOME_REFUSED`, a refused message is dropped.
 *
 * @throws {@link TenonError} `APPEND_REFUSED` if a fact or an observation of the caller itself is refused.
 */
async function performCommit(
  session: RunSession,
  work: CommitWork,
  { observations, isPinned, newRun }: PerformOptions,
  deps: CommitDeps,
): Promise<Performed> {
  let refusedPasses: Set<string> | null = null
  let isAlone = false
  const events: RunEvent[] = []
  const started: StartedNode[] = []
  const fullAt = performance.now() + SLICE.maxMs
  let turns = 0
  let metOthers = false
  let isFirst = true
  let facts: readonly FactToCommit[] = [...work.facts, ...dueTimers(session, work.fireTimersDueAt)]
  for (;;) {
    const entering = deps.appends.enter()
    // Without a pause if there is room, so that appends that are ready together share a flush.
    const room = entering instanceof Promise ? await entering : entering
    const pending = createPendingAppend(session)
    try {
      if (isFirst) addWork(pending, work, observations)
      if (!isAlone) addSnapshot(pending, session)
      const { maxTurns, maxMs } = isAlone || session.plan.durability === 'strict' ? STRICT_SLICE : SLICE
      const at = Math.max(deps.now(), session.lastAt)
      const acquireSlot = isAlone ? undefined : work.acquireSlot
      const worker = work.worker ?? ''
      const request = { maxTurns, maxMs, facts, at, acquireSlot, worker, refusedPasses: refusedPasses ?? NO_PASSES }
      const left = await drive(session, pending, request, deps)
      if (pending.events.length === 0) {
        await applyOperations(deps.database, session, pending.operations)
        return { outcome: events.length > 0 ? 'committed' : 'unchanged', events, started, metOthers, hasMore: false }
      }
      room.weigh(pending.payloadBytes + pending.events.length * EVENT_BYTES)
      const isPinnedNow = isFirst && isPinned
      const result = await deps.appender.append(appendOf(pending, session, isFirst ? newRun : null, isPinnedNow))
      room.release()
      if (result.outcome === 'ok') {
        if (await acceptAppend(session, pending, result, events, deps)) metOthers = true
        for (const node of pending.started) started.push(node)
        isFirst = false
        facts = left
        turns += pending.turns
        const hasMore = session.hasLooseInline
        const isFull = turns >= SLICE.maxTurns || performance.now() >= fullAt
        if (facts.length === 0 && (!hasMore || isFull)) {
          return { outcome: 'committed', events, started, metOthers, hasMore }
        }
        continue
      }
      undoAppend(session, pending)
      if (result.outcome !== 'conflict') {
        const outcome = result.outcome === 'missing' ? 'missing' : 'unchanged'
        return { outcome, events, started, metOthers, hasMore: false }
      }
      await catchUp(deps.database, session)
      metOthers = true
      if (isPinnedNow) return { outcome: 'unchanged', events, started, metOthers, hasMore: false }
    } catch (error) {
      undoAppend(session, pending)
      if (!isAppendRefused(error)) throw error
      if (isAlone) {
        refusedPasses ??= new Set()
        const dropped = await dropRefused(session, pending, refusedPasses, error, deps)
        if (dropped !== null) facts = facts.filter(({ messageId }) => messageId !== dropped)
      }
      isAlone = true
    } finally {
      room.release()
    }
  }
}

const NO_PASSES: ReadonlySet<string> = new Set()
