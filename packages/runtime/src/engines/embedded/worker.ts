import { attemptTimerId, failOverdue } from '../../attempts/begin-attempt.ts'
import { advanceRun } from '../../commit/advance-run.ts'
import type { AcquireSlot, CommitResult } from '../../commit/commit-types.ts'
import { unreadableFact } from '../../store/release-to-readers.ts'
import { deadlineTimerId, type RunRef, runKey } from '../../store/run-ref.ts'
import type { LeaseRenewal } from './lease.ts'
import { type ClaimedRun, claimedRun, createPassRunner, stopBodies } from './pass-runner.ts'
import { retryDelayMs } from './retry-delay.ts'
import { runsToVerify } from './runs-to-verify.ts'
import { fieldsOf, type WorkerDeps } from './worker-deps.ts'

/** Drives the runs that this process has claimed. */
export interface Worker {
  readonly workerId: string
  readonly claimed: ReadonlyMap<string, ClaimedRun>
  /** Drives a run: reads its messages, starts its nodes, and releases it when it only waits. */
  drive(run: RunRef): void
  isClaimed(run: RunRef): boolean
  /** Gives slots to the node runs of a run that begin with a commit. */
  slotsFor(run: RunRef): AcquireSlot
  /** Follows the commit with which this process has started a run that it owns. */
  follow(run: RunRef, result: CommitResult): void
  /**
   * Compares the runs that this worker drives with those that it owns in the database, after each renewal of its lease:
   * it drives a run that it does not know (the response to a claim was lost), and drops one that it no longer owns.
   */
  renewed(lease: LeaseRenewal): void
  /** Runs that it drives, by tenant. */
  heldByTenant(): ReadonlyMap<string, number>
  /** Resolves when it drives no run and no body runs. */
  whenIdle(): Promise<void>
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

/** Creates the worker of one process. */
export function createWorker(deps: WorkerDeps): Worker {
  const { workerId, committer, dispatch, lease, slots, now, log } = deps
  const claimed = new Map<string, ClaimedRun>()
  const working = new Set<Promise<void>>()
  /** Runs that were forgotten since the last renewal, with the time of the lease. */
  const forgotten = new Map<string, number>()
  let isDraining = false

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => working.delete(tracked))
    working.add(tracked)
  }
  const whenIdle = async (): Promise<void> => {
    while (working.size > 0) await Promise.allSettled(working)
  }
  const claim = (key: RunRef): ClaimedRun => {
    const name = runKey(key)
    const run = claimed.get(name) ?? claimedRun(key)
    claimed.set(name, run)
    return run
  }
  const forgetIfIdle = (run: ClaimedRun): void => {
    if (run.passes.size > 0 || run.isDriving) return
    claimed.delete(runKey(run))
    forgotten.set(runKey(run), lease.at())
  }

  /** Another worker or another engine has the run: its bodies here are stopped, and the run is forgotten. */
  const drop = (run: ClaimedRun): void => {
    for (const { stop } of run.passes.values()) stop.stop('shutdown')
    if (claimed.get(runKey(run)) === run) claimed.delete(runKey(run))
  }

  const follow = (run: ClaimedRun, result: CommitResult): void => {
    for (const started of result.started) passes.launch(run, started)
    // Another worker may own the run by now: nothing more begins here until the database has verified the owner.
    if (!lease.isValid() && !result.commands.some(({ kind }) => kind === 'close_run')) {
      drive(run)
      return
    }
    for (const command of result.commands) {
      if (command.kind === 'change_engine' && command.engine !== 'embedded') {
        drop(run)
        return
      }
      if (command.kind === 'start_node' && command.queue !== null) deps.wakeWorkers()
      else if (command.kind === 'start_node') passes.enqueue(run, command)
      if (command.kind === 'cancel_node') passes.cancel(run, command)
      if (command.kind === 'set_timer') deps.wakeAt(command.dueAt)
      if (command.kind === 'close_run') run.isClosed = true
    }
    if (result.metOthers || result.hasMore) drive(run)
  }
  /** Drives a run without a held pass once more, which releases it if it only waits. */
  const passReleased = (run: ClaimedRun): void => {
    if (run.passes.size > 0 || isDraining) return
    if (run.isClosed) forgetIfIdle(run)
    else drive(run)
  }
  const retryLater = (run: ClaimedRun, error: unknown): number => {
    run.failures += 1
    run.errors += 1
    const retryInMs = retryDelayMs(error, run.failures)
    if (!isDraining) setTimeout(() => drive(run), retryInMs).unref()
    return retryInMs
  }
  const mayBegin = (): boolean => !isDraining && lease.isValid()
  const passes = createPassRunner(deps, { follow, passReleased, retryLater, track, mayBegin })

  const drive = (key: RunRef): void => {
    if (isDraining) return
    const run = claim(key)
    run.isWoken = true
    // Without a valid lease it stays marked, and the next renewal comes back to it.
    if (!run.isDriving && lease.isValid()) track(driveWhileWoken(run))
  }
  const release = async (run: ClaimedRun): Promise<boolean> => {
    run.isUncertain = true
    const isReleased = await dispatch.release(run)
    run.isUncertain = false
    return isReleased
  }
  const driveWhileWoken = async (run: ClaimedRun): Promise<void> => {
    run.isDriving = true
    let isReleased = false
    try {
      while (run.isWoken && !isDraining && lease.isValid()) {
        run.isWoken = false
        // A release frees a run that only waits. One that could not be acquired was not seen, so it is not released: this
        // worker may own it all the same, by a claim whose commit came late. Its next renewal finds such a run.
        if (!(await driveOnce(run))) return
        run.failures = 0
        if (run.passes.size > 0 || run.isWoken) continue
        // Its open node runs could not begin, so it does more than wait: it stays marked and owned.
        isReleased = mayBegin() && (await release(run))
        if (!isReleased) run.isWoken = true
      }
    } catch (error) {
      if (!(await leaveToReaders(run, error))) {
        const retryInMs = retryLater(run, error)
        log('warn', 'run.drive_failed: retrying', { ...fieldsOf(run, error), retryInMs })
      }
    } finally {
      run.isDriving = false
      if (isReleased) forgetIfIdle(run)
    }
  }
  /**
   * Leaves a run whose log a later version has written to, for a worker of that version, as soon as its bodies here have
   * ended; false for any other error, or if the run could not be released.
   */
  const leaveToReaders = async (run: ClaimedRun, error: unknown): Promise<boolean> => {
    const factType = unreadableFact(error)
    if (factType === null) return false
    await stopBodies(run)
    try {
      await dispatch.releaseToReaders(run, factType)
    } catch {
      return false
    }
    log('warn', 'run.released: a later version has written to its log', fieldsOf(run, error))
    drop(run)
    return true
  }
  /** Makes the queued nodes of a resumed run due now, and wakes workers to claim them. */
  const wakeQueued = async (run: ClaimedRun): Promise<void> => {
    await dispatch.wakeDispatches(run)
    deps.wakeWorkers()
  }
  /** Applies what has come to a run; false if this worker does not own it, or it does not exist: it is dropped. */
  const driveOnce = async (run: ClaimedRun): Promise<boolean> => {
    const { tenantId, runId } = run
    const waitsFirst = run.isUncertain
    run.isUncertain = true
    const acquired = await dispatch.acquire(run, waitsFirst)
    run.isUncertain = false
    if (acquired === null) {
      drop(run)
      return false
    }
    const { messages: facts, at, dueTimers, nextSeq } = acquired
    deps.clock.observe(at)
    run.ownedAt ??= lease.at()
    const pass = { acquireSlot: passes.slotsFor(run), worker: workerId }
    const request = { tenantId, runId, facts, isStale: true, nextSeq, fireTimersDueAt: at, ...pass }
    const result = await advanceRun(committer, request, log)
    if (result.outcome === 'missing') {
      drop(run)
      return false
    }
    // Every open pass is checked below, so changes of others need no check of their own.
    follow(run, { ...result, metOthers: false })
    if (result.events.some(({ type }) => type === 'run_resumed')) await wakeQueued(run)
    const seen = await committer.withSession({ tenantId, runId }, ({ engine, machine, attempts, timers }) => {
      if (engine !== 'embedded') return null
      const isPaused = machine.status === 'paused'
      const open = machine.openNodeRuns().flatMap((each) => {
        // Nodes with a queue of their own belong to the workers of the queue.
        const isElsewhere = each.mode === 'inline' || each.waitId !== null || each.queue !== null
        const last = attempts.get(each.nodeRunId)?.records.at(-1)
        // A pause holds the next attempts, too: they are found here when the run is resumed.
        const isHeld = isPaused && !each.canceling && last?.how !== 'running'
        return isElsewhere || isHeld ? [] : [{ ...each, last }]
      })
      const overdue = machine.openNodeRuns().filter((each) => dueTimers.includes(deadlineTimerId(each)))
      const awaited = new Set([...timers.keys(), ...open.map(attemptTimerId)])
      return { open, overdue, stale: dueTimers.filter((timerId) => !awaited.has(timerId)) }
    })
    if (seen === null) {
      drop(run)
      return false
    }
    for (const { nodeRunId, pass: number } of seen.overdue) {
      const ended = await failOverdue(
        { tenantId, runId, nodeRunId, pass: number },
        { ...deps, ...pass, worker: workerId },
      )
      if (ended !== null) follow(run, ended)
    }
    if (seen.stale.length > 0) await dispatch.clearTimers(run, seen.stale)
    for (const { nodeRunId, pass, canceling, last } of seen.open) {
      if (canceling) passes.cancel(run, { nodeRunId, pass })
      else if (last?.nextAt != null && last.nextAt > now()) deps.wakeAt(last.nextAt)
      else passes.enqueue(run, { nodeRunId, pass })
    }
    return true
  }

  return {
    workerId,
    claimed,
    drive,
    isClaimed: (run) => claimed.has(runKey(run)),
    // Known to this worker only once a node begins here.
    slotsFor: (run) => (pass) => passes.slotsFor(claim(run))(pass),
    heldByTenant: () => {
      const held = new Map<string, number>()
      for (const { tenantId } of claimed.values()) held.set(tenantId, (held.get(tenantId) ?? 0) + 1)
      return held
    },
    renewed: (renewal) => {
      for (const run of runsToVerify(renewal, claimed, forgotten)) drive(run)
      forgotten.clear()
    },
    follow: (key, result) => {
      const run = claim(key)
      run.ownedAt ??= lease.at()
      follow(run, result)
      passReleased(run)
    },
    whenIdle,
    drain: async (drainMs) => {
      isDraining = true
      slots.close()
      const timer = setTimeout(() => {
        for (const run of claimed.values()) for (const held of run.passes.values()) held.stop.stop('shutdown')
      }, drainMs)
      await whenIdle()
      clearTimeout(timer)
    },
  }
}
