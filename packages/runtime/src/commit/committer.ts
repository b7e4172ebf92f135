import { TenonError } from '@tenon/core/errors'
import { isRunOver, observationId } from '@tenon/core/run'
import type { EngineDeps } from '../engine.ts'
import { itemAt } from '../interpreter/lookup.ts'
import type { Plan } from '../interpreter/plan.ts'
import { createLru } from '../lru.ts'
import type { StoredObjects } from '../payloads/stored-objects.ts'
import { permanentRefusal } from '../postgres/refusal.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import { createRunLogs, type RunLogs } from '../store/run-logs.ts'
import { runKey } from '../store/run-ref.ts'
import { createByteBudget, defaultPendingBytes } from './byte-budget.ts'
import type { PrepareChild } from './child-runs.ts'
import { commandsOf } from './commands.ts'
import { commitTogether, MAX_SHARED_OBSERVATIONS, type SharedWork } from './commit-together.ts'
import type {
  CommitRequest,
  CommitResult,
  Committer,
  CommitWork,
  Decided,
  ObservationToCommit,
  RunToRead,
} from './commit-types.ts'
import { MAX_SLICE_BYTES } from './drive.ts'
import { createGather } from './gather.ts'
import { catchUp, loadSession } from './load-session.ts'
import { newRunOf } from './new-run.ts'
import { type CommitDeps, type PerformOptions, performCommit } from './perform-commit.ts'
import { createPlanCache } from './plan-cache.ts'
import { createRunLocks } from './run-locks.ts'
import { emptySession, type RunIdentity, type RunSession, sessionBytes } from './session.ts'
import { createValueLoader } from './value-loader.ts'

/** Dependencies of {@link createCommitterOf}. */
export interface CommitterDepsOf
  extends Pick<
    CommitDeps,
    | 'logs'
    | 'appender'
    | 'findType'
    | 'bus'
    | 'log'
    | 'now'
    | 'engine'
    | 'queueOf'
    | 'maxRunEvents'
    | 'maxRunLogBytes'
    | 'onRunsWoken'
    | 'onQueueChanged'
  > {
  /** Approximate memory in bytes for the sessions of runs between commits. @defaultValue 67_108_864 */
  readonly maxSessionBytes?: number
  /**
   * Approximate memory in bytes for outcomes of bodies that wait to be stored, and the same amount for appends.
   *
   * @defaultValue a sixteenth of the heap of this process, at most 67_108_864
   */
  readonly maxPendingBytes?: number | undefined
  /** Milliseconds since any fixed time, whatever happens to the clock of the machine. @defaultValue `performance.now` */
  readonly uptimeMs?: () => number
  /**
   * Stores the requirements of runs of a plan before a child of it starts, or a run of it changes to the embedded engine,
   * and returns their key.
   *
   * @defaultValue no requirements
   */
  readonly requirementsOf?: (tenantId: string, plan: Plan) => Promise<string>
  /**
   * Checks whether the input of a run that a node starts may be stored; an error of Tenon fails the node.
   *
   * @defaultValue every input may be stored
   */
  readonly checkChildInput?: EngineDeps['checkChildInput']
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

/** Work on a run, to be committed under its lock. */
interface RunWork extends SharedWork {
  readonly run: RunToRead
  /** Commits it in appends of its own; null if it decides for nothing. */
  alone(session: RunSession): Promise<CommitResult | null>
}

/** Result of work; `missing` for a run that the tenant does not have. */
type WorkResult = CommitResult | null | 'missing'

/** Work that waits for the lock of its run. */
interface WaitingWork extends RunWork {
  resolve(result: WorkResult): void
  reject(error: unknown): void
}

/** Dependencies of a committer. */
export interface CommitterDeps extends Omit<CommitterDepsOf, 'logs'> {
  readonly database: RuntimeDatabase
  /** Store of the host for large values. @defaultValue none */
  readonly objects?: StoredObjects | null
}

/** Creates the committer of one process. */
export function createCommitter({ database, objects, ...deps }: CommitterDeps): Committer {
  return createCommitterOf({ ...deps, logs: createRunLogs(database, objects) })
}

/** Creates a committer to run logs of any store. */
export function createCommitterOf(deps: CommitterDepsOf): Committer {
  const { logs, requirementsOf = async () => '', checkChildInput = async () => undefined } = deps
  const plans = createPlanCache(logs, { uptimeMs: deps.uptimeMs })
  const sessions = createLru<RunSession>(deps.maxSessionBytes ?? 67_108_864, sessionBytes)
  const locks = createRunLocks()
  const values = createValueLoader(logs)
  const maxPendingBytes = deps.maxPendingBytes ?? defaultPendingBytes()
  const prepareChild: PrepareChild = async (tenantId, planHash, input) => {
    try {
      if (input !== null) await checkChildInput(tenantId, input)
      const loaded = await plans.find(tenantId, planHash)
      return loaded === null ? null : { plan: loaded.plan, requires: await requirementsOf(tenantId, loaded.plan) }
    } catch (cause) {
      // Any other error would fail the node for good.
      if (cause instanceof TenonError || permanentRefusal(cause) !== null) throw cause
      throw new TenonError('UNAVAILABLE', 'The run that the node starts cannot be prepared at the moment', { cause })
    }
  }
  const appends = createByteBudget(maxPendingBytes, MAX_SLICE_BYTES)
  const commitDeps = { ...deps, values, prepareChild, requirementsOf, appends }

  const find = async (key: string, run: RunToRead): Promise<RunSession | null> => {
    const { tenantId, runId, isStale = false, nextSeq = null } = run
    const known = sessions.get(key)
    if (known !== undefined) {
      if (!isStale || (nextSeq !== null && known.nextSeq >= nextSeq)) return known
      try {
        await catchUp(logs, known)
      } catch (error) {
        // It may have applied a part of the tail.
        sessions.delete(key)
        throw error
      }
      return known
    }
    const loaded = await loadSession(logs, plans, { tenantId, runId })
    if (loaded !== null) sessions.set(key, loaded)
    return loaded
  }

  /** Commits to a session, and keeps it only if it agrees with the log afterwards. */
  const using = async <Value>(session: RunSession, commit: () => Promise<Value>): Promise<Value> => {
    const key = runKey(session.identity)
    try {
      const value = await commit()
      if (isRunOver(session.machine.status) || session.isUnsure) sessions.delete(key)
      // Weighed again, since it has grown. If another start created the run, this session is not in use.
      else if (sessions.get(key) === session) sessions.set(key, session)
      return value
    } catch (error) {
      // The session does not know if the append was stored: the log is read again.
      sessions.delete(key)
      throw error
    }
  }
  const perform = (session: RunSession, work: CommitWork, options: PerformOptions): Promise<CommitResult> =>
    using(session, async () => {
      const performed = await performCommit(session, work, options, commitDeps)
      const { outcome, events, started, metOthers, hasMore } = performed
      const { status } = session.machine
      return { outcome, status, events, commands: commandsOf(events), started, metOthers, hasMore }
    })

  const commitAlone = async (key: string, work: RunWork): Promise<WorkResult> => {
    const session = await find(key, work.run)
    return session === null ? 'missing' : work.alone(session)
  }
  /**
   * Commits as many works as share an append, or the first alone, and returns their number. A cancelation that waits for
   * the lock comes before the others.
   */
  const commitFirst = async (key: string, works: readonly WaitingWork[]): Promise<number> => {
    let sharing = works
    try {
      while (sharing.length > 1) {
        const session = await find(key, itemAt(works, 0).run)
        if (session === null) break
        const shared = sharing
        const results = await using(session, () => commitTogether(session, shared, commitDeps))
        if (typeof results !== 'number') {
          for (const [index, result] of results.entries()) itemAt(works, index).resolve(result)
          return results.length
        }
        sharing = works.slice(0, results)
      }
    } catch (error) {
      for (const work of sharing) work.reject(error)
      return sharing.length
    }
    const first = itemAt(works, 0)
    await commitAlone(key, first).then(first.resolve, first.reject)
    return 1
  }
  const gather = createGather<WaitingWork>(locks, commitFirst)
  /** Commits work, together with other work that waits for the same run if it may share an append. */
  const submit = (work: RunWork, isShared: boolean): Promise<WorkResult> => {
    const key = runKey(work.run)
    // Works that wait to be shared wait for the lock, so there are none if it is free.
    return isShared && !locks.isFree(key)
      ? new Promise((resolve, reject) => gather(key, { ...work, resolve, reject }))
      : locks.exclusive(key, () => commitAlone(key, work))
  }

  return {
    engine: deps.engine ?? null,
    values,
    outcomes: createByteBudget(maxPendingBytes),
    commit: async (request) => {
      const { isRepeated = false, observations = [], facts } = request
      // The turn fences facts. Observations do not change it: an abandoned append of observations that arrives later
      // must not be stored in addition to its repetition.
      const isPinned = observations.length > 0 && (isRepeated || facts.length === 0)
      const alone = async (session: RunSession): Promise<CommitResult> => {
        let metOthers = false
        for (;;) {
          const isAgain = isRepeated || metOthers
          const fresh = isAgain ? await leaveOutStored(logs, session.identity, observations) : observations
          // The operations were stored with the last observation; their timer may have fired, or the run ended since.
          const isStored = fresh.at(-1) !== observations.at(-1)
          const work = isStored ? { ...request, operations: [] } : request
          const result = await perform(session, work, { observations: fresh, isPinned, newRun: null })
          if (!isPinned || result.outcome !== 'unchanged' || !result.metOthers) {
            return metOthers ? { ...result, metOthers } : result
          }
          metOthers = true
        }
      }
      const result = await submit({ run: request, isPinned, decide: async () => request, alone }, mayShare(request))
      return result === null || result === 'missing' ? MISSING : result
    },
    commitDecision: async <Value>(run: RunToRead, decide: (session: RunSession) => Promise<Decided<Value>>) => {
      const last: { value?: Value } = {}
      const decideNow = async (session: RunSession): Promise<CommitWork | null> => {
        const { value, work } = await decide(session)
        last.value = value
        return work
      }
      const alone = async (session: RunSession): Promise<CommitResult | null> => {
        for (;;) {
          const work = await decideNow(session)
          if (work === null) return null
          const { observations = [] } = work
          const result = await perform(session, work, { observations, isPinned: true, newRun: null })
          if (result.outcome !== 'unchanged' || !result.metOthers) return result
        }
      }
      const result = await submit({ run, isPinned: true, decide: decideNow, alone }, !run.isStale)
      return result === 'missing' ? null : { value: last.value as Value, result }
    },
    create: (request, plan) => {
      const key = runKey(request)
      return locks.exclusive(key, async () => {
        const { identity, row, facts, payloads, ...added } = newRunOf(request, plan, deps.now())
        const session = emptySession(identity, plans.put(request.tenantId, plan), plans)
        const operations = [...(request.operations ?? []), ...added.operations]
        const sentAt = plans.uptimeMs()
        const isStored = plans.isStored(request.tenantId, plan.planHash)
        if (!isStored) {
          operations.unshift({ op: 'plan', planHash: plan.planHash, data: JSON.stringify(plan) })
        }
        const { acquireSlot, worker } = request
        const work = { acquireSlot, worker, facts: facts.map((fact) => ({ fact })), operations, payloads }
        const result = await perform(session, work, { observations: [], isPinned: false, newRun: row })
        if (result.outcome === 'committed') {
          // Only what was stored by this append: another reason to believe it may be older than a mark.
          if (!isStored) plans.noteStored(request.tenantId, plan.planHash, sentAt)
          if (!isRunOver(result.status) && !session.isUnsure) sessions.set(key, session)
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

/** Checks whether a commit may share an append: it needs neither the tail of the log nor the clock, and is small. */
function mayShare({ isStale, isRepeated, fireTimersDueAt, observations = [] }: CommitRequest): boolean {
  return !isStale && !isRepeated && fireTimersDueAt === undefined && observations.length <= MAX_SHARED_OBSERVATIONS
}

/**
 * Removes observations that are in the log already, for a commit that is repeated because its response was lost. Reads
 * the run's log, since event ids have no index and are needed only here.
 */
async function leaveOutStored(
  logs: RunLogs,
  run: RunIdentity,
  observations: readonly ObservationToCommit[],
): Promise<readonly ObservationToCommit[]> {
  if (observations.length === 0) return observations
  const ids = observations.map((entry) => observationId(entry.observation, entry))
  const stored = new Set((await logs.findEvents(run, ids)).map((event) => event.id))
  return observations.filter((_, index) => !stored.has(ids[index] ?? ''))
}
