import { setMaxListeners } from 'node:events'
import { Context } from '@temporalio/activity'
import { TenonError } from '@tenon/core/errors'
import type { Fact } from '@tenon/core/run'
import { beginAttempt } from '../../attempts/begin-attempt.ts'
import { type ExecuteAttemptDeps, executeAttempt } from '../../attempts/execute-attempt.ts'
import { createStopSwitch, type StopSwitch } from '../../attempts/stop-switch.ts'
import { advanceRun } from '../../commit/advance-run.ts'
import type { CommitRequest, Committer, FactToCommit, Slot } from '../../commit/commit-types.ts'
import type { RuntimeLog } from '../../engine.ts'
import { type PassRef, passKey, type RunRef } from '../../store/run-ref.ts'
import type { ReadCommands } from './shell-commands.ts'
import { lacksTypeUntil, nextAttemptAt, shellFailureOf } from './shell-failure.ts'
import type { ExecuteNodeRequest, ShellActivities } from './shell-types.ts'

const HEARTBEAT_MS = 3_000
/**
 * Delay in milliseconds after which Temporal retries a task on another worker: during a deploy, a task may reach a
 * worker without its node type.
 */
const UNABLE_RETRY_MS = 2_000
/**
 * Interval in milliseconds at which Temporal retries a node run of a paused run: it begins at most this late after the
 * run was resumed. It holds no slot of a worker meanwhile.
 */
const PAUSED_RETRY_MS = 5_000

/** Dependencies of the activities of a shell. */
export interface ShellActivityDeps {
  readonly committer: Committer
  readonly readCommands: ReadCommands
  /**
   * Reads the messages that a run has yet to apply, oldest first; with `dueAt` after the votes and events in flight for
   * waits that were due by then.
   */
  readonly readInbox: (run: RunRef, dueAt?: number) => Promise<readonly FactToCommit[]>
  readonly attempts: Omit<ExecuteAttemptDeps, 'stop' | 'hasStoredTimers' | 'onHeartbeat'>
  readonly log: RuntimeLog
  /** Aborted when the worker ends: Temporal cancels an activity once, and not again when its worker ends. */
  readonly gone: AbortSignal
}

/** Temporal's worker limits concurrency, so releasing a slot does nothing. */
const FREE_SLOT: Slot = { release: () => undefined }

const CANCELED_BY_OPERATOR: Fact = { type: 'cancel_requested', data: { reason: 'operator', actor: null } }

/** Creates the activities of a shell. Each returns the commands after the shell's cursor, so that none is missed. */
export function createShellActivities(deps: ShellActivityDeps): ShellActivities {
  const { committer, readInbox, attempts, log } = deps
  // Each node run in progress listens; Node.js would report more than 10 of them as a leak.
  setMaxListeners(0, deps.gone)
  /**
   * Passes whose bodies run in this process. Temporal may start an activity again here before it has ended: the first one
   * has sent no heartbeat in time.
   */
  const running = new Map<string, Set<StopSwitch>>()

  const readCommands: ReadCommands = async (tenantId, runId, cursor) => {
    const page = await deps.readCommands(tenantId, runId, cursor)
    for (const command of page.commands) {
      // Temporal reports it as well, but only with the answer to a heartbeat.
      if (command.type !== 'cancel_node') continue
      for (const stop of running.get(passKey({ tenantId, runId, ...command })) ?? []) stop.stop('cancel')
    }
    return page
  }

  /** Applies messages to a run and evaluates its inline nodes slice by slice, with newly arrived messages. */
  const advance = async (
    run: RunRef,
    first: readonly FactToCommit[],
    due: Pick<CommitRequest, 'fireTimersDueAt'> = {},
  ): Promise<void> => {
    let facts = first
    for (let hasMore = true; hasMore; facts = []) {
      const inbox = await readInbox(run, due.fireTimersDueAt)
      const request = { ...run, facts: [...inbox, ...facts], isStale: true, ...due }
      hasMore = (await advanceRun(committer, request, log)).hasMore
    }
  }

  const runAttempt = async (pass: PassRef, stop: ExecuteAttemptDeps['stop']): Promise<void> => {
    const begun = await beginAttempt(pass, FREE_SLOT, attempts, { isStale: true })
    if (begun.kind === 'gone') return
    if (begun.kind === 'ended') return advanceIf(begun.result.hasMore, pass)
    if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, attempts.now())
    if (begun.kind === 'paused') throw nextAttemptAt(attempts.now() + PAUSED_RETRY_MS, attempts.now())
    if (begun.kind === 'unable') throw lacksTypeUntil(attempts.now() + UNABLE_RETRY_MS, attempts.now())
    const onHeartbeat = () => Context.current().heartbeat()
    const done = await executeAttempt(begun.started, { ...attempts, stop, hasStoredTimers: false, onHeartbeat })
    if (done.kind === 'retry') throw nextAttemptAt(done.nextAt, attempts.now())
    if (done.kind === 'left') throw nextAttemptAt(attempts.now(), attempts.now())
    return advanceIf(done.result.hasMore, pass)
  }
  const advanceIf = async (hasMore: boolean, { tenantId, runId }: PassRef): Promise<void> => {
    if (hasMore) await advance({ tenantId, runId }, [])
  }
  const withCodesOnly = async <Value>(run: RunRef, work: () => Promise<Value>): Promise<Value> => {
    try {
      return await work()
    } catch (error) {
      const failure = shellFailureOf(error)
      if (failure !== error)
        log('warn', 'shell.activity_failed: the workflow gets the code only', { ...run, error: String(error) })
      throw failure
    }
  }

  return {
    executeNode: (request) =>
      withCodesOnly(runOf(request), async () => {
        const pass = passOf(request)
        const stop = createStopSwitch()
        const stopBeating = beat()
        followCancelation(stop)
        const leave = () => stop.stop('shutdown')
        if (deps.gone.aborted) leave()
        deps.gone.addEventListener('abort', leave)
        const leaveRunning = enter(running, passKey(pass), stop)
        try {
          await runAttempt(pass, stop.signals)
        } finally {
          deps.gone.removeEventListener('abort', leave)
          leaveRunning()
          stopBeating()
        }
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    abandonNode: (request) =>
      withCodesOnly(runOf(request), async () => {
        const begun = await beginAttempt(passOf(request), FREE_SLOT, attempts, { isStale: true })
        if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, attempts.now())
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    failUnserved: ({ queue, waitMs, ...request }) =>
      withCodesOnly(runOf(request), async () => {
        const unserved = new TenonError(
          'TASK_QUEUE_UNSERVED',
          `No worker took the node from the task queue "${queue}" within ${Math.round(waitMs / 1_000)} s`,
        )
        const begun = await beginAttempt(passOf(request), FREE_SLOT, attempts, { isStale: true, unserved })
        if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, attempts.now())
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    advance: ({ tenantId, runId, cursor, timer, isCanceled }) =>
      withCodesOnly({ tenantId, runId }, async () => {
        const operator = isCanceled ? [{ fact: CANCELED_BY_OPERATOR }] : []
        // By the shell's clock the timer is due; this machine's clock may lag behind it.
        const due = timer === null ? {} : { fireTimersDueAt: Math.max(timer.dueAt, attempts.now()) }
        await advance({ tenantId, runId }, operator, due)
        return readCommands(tenantId, runId, cursor)
      }),
  }
}

/** Adds a body to those of its pass. @returns Removes it. */
function enter(running: Map<string, Set<StopSwitch>>, key: string, stop: StopSwitch): () => void {
  const ofPass = running.get(key) ?? new Set()
  running.set(key, ofPass.add(stop))
  return () => {
    ofPass.delete(stop)
    if (ofPass.size === 0 && running.get(key) === ofPass) running.delete(key)
  }
}

function runOf({ tenantId, runId }: ExecuteNodeRequest): RunRef {
  return { tenantId, runId }
}

function passOf({ tenantId, runId, nodeRunId, pass }: ExecuteNodeRequest): PassRef {
  return { tenantId, runId, nodeRunId, pass }
}

function beat(): () => void {
  const context = Context.current()
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS)
  return () => clearInterval(timer)
}

/** Stops an attempt when Temporal cancels its activity: the node run is canceled, or this process shuts down. */
function followCancelation(stop: StopSwitch): void {
  const context = Context.current()
  const { cancellationSignal } = context
  const onAbort = () => stop.stop(context.cancellationDetails?.cancelRequested === true ? 'cancel' : 'shutdown')
  if (cancellationSignal.aborted) onAbort()
  else cancellationSignal.addEventListener('abort', onAbort, { once: true })
}
