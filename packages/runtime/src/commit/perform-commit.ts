import type { RunEngine, RunEvent } from '@tenon/core/run'
import type { Bus } from '../bus.ts'
import type { RuntimeLog } from '../engine.ts'
import type { Plan } from '../interpreter/plan.ts'
import { isAppendRefused } from '../postgres/refusal.ts'
import type { NewRun } from '../store/append.ts'
import type { Appender } from '../store/appender.ts'
import type { TenantQueueOf } from '../store/requirements.ts'
import type { RunLogs } from '../store/run-logs.ts'
import type { RunRef } from '../store/run-ref.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { PrepareChild } from './child-runs.ts'
import type { CommitResult, CommitWork, FactToCommit, ObservationToCommit, StartedNode } from './commit-types.ts'
import { drive } from './drive.ts'
import { catchUp } from './load-session.ts'
import { withinLimits } from './log-limits.ts'
import type { FindNodeType } from './node-types.ts'
import {
  acceptAppend,
  addSnapshot,
  addWork,
  appendOf,
  applyOperations,
  createPendingAppend,
  dropRefused,
  noteSnapshot,
  type QueueChange,
  sizeOfAppend,
  undoAppend,
} from './pending-append.ts'
import { dueTimers, type RunSession } from './session.ts'
import type { ValueLoader } from './value-loader.ts'

/** Dependencies of one commit. */
export interface CommitDeps {
  readonly logs: RunLogs
  readonly appender: Appender
  readonly findType: FindNodeType
  readonly bus: Bus
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  readonly values: ValueLoader
  readonly prepareChild: PrepareChild
  /** Task queues of tenants. @defaultValue no tenant has one */
  readonly queueOf?: TenantQueueOf | undefined
  /** Engine of this process. @defaultValue it commits for every engine */
  readonly engine?: RunEngine | undefined
  readonly requirementsOf?: ((tenantId: string, plan: Plan) => Promise<string>) | undefined
  /** Called after an append that has stored messages for other runs: children and parents. */
  readonly onRunsWoken?: (runs: readonly RunRef[]) => void
  /** Called after an append by which a queue may have changed; see {@link QueueChange}. */
  readonly onQueueChanged?: (change: QueueChange) => void
  /** As in {@link LogLimits}. */
  readonly maxRunEvents?: number | undefined
  /** As in {@link LogLimits}. */
  readonly maxRunLogBytes?: number | undefined
  /** Memory for appends until they are stored. */
  readonly appends: ByteBudget
}

/** Options of a commit besides its work. */
export interface PerformOptions {
  readonly observations: readonly ObservationToCommit[]
  /** Stores only if the log ends where the session ends; otherwise the session is brought up to date. */
  readonly isPinned: boolean
  /** Row of a run to create. */
  readonly newRun: NewRun | null
}

/** Result of the appends of one commit. */
interface Performed {
  readonly outcome: CommitResult['outcome']
  readonly events: readonly RunEvent[]
  readonly started: readonly StartedNode[]
  readonly metOthers: boolean
  /** True if inline node runs are left, or if it is unknown whether the last append was stored. */
  readonly hasMore: boolean
}

/**
 * Slices of pure work are short, so that one run does not hold up the others of its process and messages to the run are
 * read in between.
 */
export const SLICE = { maxTurns: 200, maxMs: 50 } as const
/**
 * With `durability: 'strict'` every pure node is stored before the next one starts. So it is after a refusal, too, to find
 * the turn at fault.
 */
const STRICT_SLICE = { maxTurns: 1, maxMs: Number.POSITIVE_INFINITY } as const
/**
 * Commits work to a run, append by append, until the remaining work needs a body or a slice of inline nodes is full.
 * The caller holds the run's lock. After an error the session must not be used again.
 *
 * An append that the database refuses for good is split turn by turn: an inline node whose outcome is refused
 * fails with `OUTCOME_REFUSED`, a refused message is dropped.
 *
 * @throws {@link TenonError} `APPEND_REFUSED` if a fact or an observation of the caller itself is refused.
 */
export async function performCommit(
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
    const pending = createPendingAppend(session, deps.queueOf)
    try {
      if (isFirst) addWork(pending, work, observations)
      if (!isAlone) addSnapshot(pending, session)
      const { maxTurns, maxMs } = isAlone || session.plan.durability === 'strict' ? STRICT_SLICE : SLICE
      const at = Math.max(deps.now(), session.lastAt)
      const acquireSlot = isAlone ? undefined : work.acquireSlot
      const worker = work.worker ?? ''
      // Not with the start of an attempt, whose body is not to begin in a run that ends.
      const given = observations.length > 0 || newRun !== null ? facts : withinLimits(session, facts, deps)
      const request = {
        maxTurns,
        maxMs,
        facts: given,
        at,
        acquireSlot,
        worker,
        refusedPasses: refusedPasses ?? NO_PASSES,
      }
      const left = await drive(session, pending, request, deps)
      if (pending.events.length === 0) {
        await applyOperations(session, pending.operations, deps)
        noteSnapshot(session, pending)
        return { outcome: events.length > 0 ? 'committed' : 'unchanged', events, started, metOthers, hasMore: false }
      }
      room.weigh(sizeOfAppend(pending))
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
        const { outcome: refused } = result
        const outcome = refused === 'missing' || refused === 'held' ? refused : 'unchanged'
        return { outcome, events, started, metOthers, hasMore: false }
      }
      await catchUp(deps.logs, session)
      metOthers = true
      if (isPinnedNow) return { outcome: 'unchanged', events, started, metOthers, hasMore: false }
    } catch (error) {
      undoAppend(session, pending)
      if (!isAppendRefused(error)) {
        if (facts.length > 0 || events.length === 0) throw failedBehind(started, error)
        // The caller has to know what has begun: nothing else would run those bodies.
        session.isUnsure = true
        return { outcome: 'committed', events, started, metOthers, hasMore: true }
      }
      if (isAlone) {
        refusedPasses ??= new Set()
        const dropped = await dropRefused(session, pending, refusedPasses, error, deps).catch((refusal: unknown) => {
          throw failedBehind(started, refusal)
        })
        if (dropped !== null) facts = facts.filter(({ messageId }) => messageId !== dropped)
      }
      isAlone = true
    } finally {
      room.release()
    }
  }
}

export const NO_PASSES: ReadonlySet<string> = new Set()

/** Releases the slots of nodes that a commit has begun before it failed. They count as lost, since no body of them runs. */
function failedBehind(started: readonly StartedNode[], error: unknown): unknown {
  for (const { slot } of started) slot.release()
  return error
}
