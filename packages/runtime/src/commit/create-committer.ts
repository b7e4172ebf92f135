import { randomUUID } from 'node:crypto'
import { type Fact, isRunOver } from '@tenon/core/run'
import type { Bus } from '../bus.ts'
import type { RuntimeLog } from '../engine.ts'
import { CURRENT_SEMANTICS } from '../interpreter/machine-types.ts'
import type { Plan } from '../interpreter/plan.ts'
import { weekOf } from '../postgres/migrate-runtime.ts'
import type { RuntimeDatabase } from '../postgres/tables.ts'
import type { AppendOperation, NewRun } from '../store/append-types.ts'
import type { Appender } from '../store/create-appender.ts'
import { commandsOf } from './commands.ts'
import type { CommitRequest, CommitResult, CreateRunRequest } from './commit-types.ts'
import { storeValue } from './encode-output.ts'
import { leaveOutStored } from './leave-out-stored.ts'
import { catchUp, emptySession, loadSession } from './load-session.ts'
import { createLru } from './lru.ts'
import type { FindNodeType } from './node-types.ts'
import { type CommitWork, type Performed, performCommit } from './perform-commit.ts'
import { createPlanCache } from './plan-cache.ts'
import { createRunLocks } from './run-locks.ts'
import { type RunSession, sessionBytes } from './run-session.ts'
import { createValueLoader, type ValueLoader } from './value-loader.ts'

/** The only way into a run's log, shared by both engines. */
export interface Committer {
  /**
   * Takes facts and observations in: machine at turn t, apply, inline nodes, append with turn t expected; on a
   * mismatch the tail is read and it goes again.
   *
   * @throws {@link TenonError} `UNAVAILABLE`, `FACT_INVALID`, and the database's own errors; whether the append was
   * stored is then open; committing the same again is safe, with `isRepeated` if there are observations.
   */
  commit(request: CommitRequest): Promise<CommitResult>
  /**
   * Decides from a run's state what to store, and stores it only if no other process has written meanwhile; otherwise it
   * decides again. Nothing else of this process touches the run in between.
   *
   * @param decide - Gives its decision, with the work to store; without work nothing is stored.
   * @returns Null for a run that the tenant does not have; `result` is null if there was no work.
   * @throws {@link TenonError} as {@link Committer.commit}.
   */
  commitDecision<Value>(
    run: { readonly tenantId: string; readonly runId: string; readonly isStale?: boolean },
    decide: (session: RunSession) => Promise<Decided<Value>>,
  ): Promise<{ readonly value: Value; readonly result: CommitResult | null } | null>
  /**
   * Makes a run and takes its first turns; a run that is there already is left as it is (`unchanged`).
   *
   * @throws {@link TenonError} `VALUE_NOT_JSON`, `VALUE_TOO_LARGE` for the input.
   */
  create(request: CreateRunRequest, plan: Plan): Promise<CommitResult>
  /** Reads the session of a run under its lock; null for a run that the tenant does not have. */
  withSession<Value>(
    run: { readonly tenantId: string; readonly runId: string; readonly isStale?: boolean },
    read: (session: RunSession) => Promise<Value> | Value,
  ): Promise<Value | null>
  readonly values: ValueLoader
}

/** Decision of {@link Committer.commitDecision}. */
export interface Decided<Value> {
  readonly value: Value
  readonly work: Omit<CommitWork, 'isPinned'> | null
}

export interface CommitterPorts {
  readonly database: RuntimeDatabase
  readonly appender: Appender
  readonly findType: FindNodeType
  readonly bus: Bus
  readonly log: RuntimeLog
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Memory for the sessions of runs that are kept between commits, in bytes, about. @defaultValue 67_108_864 */
  readonly maxSessionBytes?: number
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

export function createCommitter(ports: CommitterPorts): Committer {
  const { database } = ports
  const plans = createPlanCache(database)
  const sessions = createLru<RunSession>(ports.maxSessionBytes ?? 67_108_864, sessionBytes)
  const locks = createRunLocks()
  const values = createValueLoader(database)
  const performPorts = { ...ports, values }

  const find = async (key: string, tenantId: string, runId: string, isStale: boolean): Promise<RunSession | null> => {
    const known = sessions.get(key)
    if (known !== undefined) {
      if (isStale) await catchUp(database, known)
      return known
    }
    const loaded = await loadSession(database, plans, tenantId, runId)
    if (loaded !== null) sessions.set(key, loaded)
    return loaded
  }

  const finish = async (key: string, session: RunSession, work: Promise<Performed>): Promise<CommitResult> => {
    try {
      const performed = await work
      const { status } = session.machine
      if (isRunOver(status)) sessions.delete(key)
      // Weighed again: it has grown. The session of a run that another start has created is not the one in use.
      else if (sessions.get(key) === session) sessions.set(key, session)
      return { ...performed, status, commands: commandsOf(performed.events) }
    } catch (error) {
      // Whether the append was stored is not known: the log tells, the session does not.
      sessions.delete(key)
      throw error
    }
  }

  return {
    values,
    commit: ({ tenantId, runId, isStale = false, isRepeated = false, observations = [], ...work }) => {
      const key = `${tenantId}/${runId}`
      // A turn fences facts. Observations move none: an append of theirs that was given up and lands later must not be
      // stored beside its repetition.
      const isPinned = observations.length > 0 && (isRepeated || work.facts.length === 0)
      return locks.exclusive(key, async () => {
        const session = await find(key, tenantId, runId, isStale)
        if (session === null) return MISSING
        let metOthers = false
        for (;;) {
          const isAgain = isRepeated || metOthers
          const fresh = isAgain ? await leaveOutStored(database, session.identity, observations) : observations
          const performing = performCommit(session, { ...work, observations: fresh, isPinned }, null, performPorts)
          const result = await finish(key, session, performing)
          if (!isPinned || result.outcome !== 'unchanged' || !result.metOthers) {
            return metOthers ? { ...result, metOthers } : result
          }
          metOthers = true
        }
      })
    },
    commitDecision: ({ tenantId, runId, isStale = false }, decide) => {
      const key = `${tenantId}/${runId}`
      return locks.exclusive(key, async () => {
        const session = await find(key, tenantId, runId, isStale)
        if (session === null) return null
        for (;;) {
          const { value, work } = await decide(session)
          if (work === null) return { value, result: null }
          const pinned = performCommit(session, { ...work, isPinned: true }, null, performPorts)
          const result = await finish(key, session, pinned)
          if (result.outcome !== 'unchanged' || !result.metOthers) return { value, result }
        }
      })
    },
    create: (request, plan) => {
      const key = `${request.tenantId}/${request.runId}`
      return locks.exclusive(key, async () => {
        const at = ports.now()
        const loaded = plans.put(request.tenantId, plan)
        const session = emptySession(identityOf(request), loaded)
        const { fact, payloads } = beginning(request, plan, at)
        const planOperation: AppendOperation = { op: 'plan', planHash: plan.planHash, data: JSON.stringify(plan) }
        const isStored = plans.isStored(request.tenantId, plan.planHash)
        const operations = [...(isStored ? [] : [planOperation]), ...(request.operations ?? [])]
        const { take, worker } = request
        const extras = { ...(take === undefined ? {} : { take }), ...(worker === undefined ? {} : { worker }) }
        const work = { ...extras, facts: [{ fact }], operations, payloads }
        const result = await finish(
          key,
          session,
          performCommit(session, work, newRunOf(request, plan, at), performPorts),
        )
        if (result.outcome === 'committed') {
          plans.noteStored(request.tenantId, plan.planHash)
          if (!isRunOver(result.status)) sessions.set(key, session)
        }
        return result
      })
    },
    withSession: ({ tenantId, runId, isStale = false }, read) => {
      const key = `${tenantId}/${runId}`
      return locks.exclusive(key, async () => {
        const session = await find(key, tenantId, runId, isStale)
        return session === null ? null : read(session)
      })
    },
  }
}

function identityOf({ tenantId, runId, workflowId, version, mode, engine }: CreateRunRequest) {
  return { tenantId, runId, workflowId, version, mode, engine, semantics: CURRENT_SEMANTICS }
}

function beginning({ trigger, input, actor }: CreateRunRequest, plan: Plan, at: number) {
  const { ref, payloads } = storeValue(input)
  const deadlineAt = plan.timeoutMs === null ? null : at + plan.timeoutMs
  const { planHash } = plan
  const seed = randomUUID()
  const fact: Fact = {
    type: 'run_started',
    data: { planHash, semantics: CURRENT_SEMANTICS, seed, trigger, input: ref, deadlineAt, actor },
  }
  return { fact, payloads }
}

function newRunOf(request: CreateRunRequest, plan: Plan, at: number): NewRun {
  const { workflowId, version, mode, engine } = request
  return {
    startWeek: weekOf(at),
    traceId: randomUUID().replaceAll('-', ''),
    workflowId,
    version,
    mode,
    engine,
    planHash: plan.planHash,
    semantics: CURRENT_SEMANTICS,
    queuedAt: at,
  }
}
