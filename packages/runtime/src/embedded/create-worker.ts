import { advanceRun } from '../commit/advance-run.ts'
import type { CommitResult, TakeNode } from '../commit/commit-types.ts'
import { attemptTimerId } from '../executor/index.ts'
import { type ClaimedRun, claimedRun } from './claimed-run.ts'
import type { RenewedLease, RunKey } from './dispatch-store.ts'
import { createPassRunner } from './pass-runner.ts'
import { fieldsOf, type WorkerPorts } from './worker-ports.ts'

/** Executes the runs that this process has claimed. */
export interface Worker {
  readonly workerId: string
  readonly claimed: ReadonlyMap<string, ClaimedRun>
  /** Drives a run: reads its messages, starts its nodes, and releases it when it only waits. */
  tend(run: RunKey): void
  isClaimed(run: RunKey): boolean
  /** What a commit needs in order to begin nodes of a run here. */
  takeFor(run: RunKey): TakeNode
  /** Follows the commit with which this process has started a run that it owns. */
  follow(run: RunKey, result: CommitResult): void
  /**
   * Compares what this worker drives with what the database says it owns, after each renewal of its lease: a run that
   * it does not know (the answer to a claim was lost) is taken up, one that it no longer owns is dropped.
   */
  renewed(lease: RenewedLease): void
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

const RETRY_TENDING_MS = 1_000

export function createWorker(ports: WorkerPorts): Worker {
  const { workerId, committer, dispatch, lease, slots, now, log } = ports
  const claimed = new Map<string, ClaimedRun>()
  const working = new Set<Promise<void>>()
  let isDraining = false

  const track = (work: Promise<void>): void => {
    const tracked = work.finally(() => working.delete(tracked))
    working.add(tracked)
  }
  const nameOf = ({ tenantId, runId }: RunKey) => `${tenantId}/${runId}`
  const claim = (key: RunKey): ClaimedRun => {
    const name = nameOf(key)
    const run = claimed.get(name) ?? claimedRun(key)
    claimed.set(name, run)
    return run
  }
  const forgetIfIdle = (run: ClaimedRun): void => {
    if (run.passes.size === 0 && !run.isTended) claimed.delete(nameOf(run))
  }

  /** Another worker owns the run: its bodies here are stopped, and the run is forgotten. */
  const drop = (run: ClaimedRun): void => {
    for (const { stop } of run.passes.values()) stop.stop('shutdown')
    if (claimed.get(nameOf(run)) === run) claimed.delete(nameOf(run))
  }

  const follow = (run: ClaimedRun, result: CommitResult): void => {
    for (const started of result.started) passes.launch(run, started)
    // The run may be another worker's by now: nothing more begins here until the database has said whose it is.
    if (!lease.isValid() && !result.commands.some(({ kind }) => kind === 'close_run')) {
      tend(run)
      return
    }
    for (const command of result.commands) {
      if (command.kind === 'start_node') passes.enqueue(run, command)
      if (command.kind === 'cancel_node') passes.cancel(run, command)
      if (command.kind === 'set_timer') ports.wakeAt(command.dueAt)
      if (command.kind === 'close_run') run.isClosed = true
    }
    if (result.metOthers || result.hasMore) tend(run)
  }
  /** When nothing of a run is in hand any more it is given back, after a last look. */
  const settle = (run: ClaimedRun): void => {
    if (run.passes.size > 0 || isDraining) return
    if (run.isClosed) forgetIfIdle(run)
    else tend(run)
  }
  const retryLater = (run: ClaimedRun): void => {
    if (!isDraining) setTimeout(() => tend(run), RETRY_TENDING_MS).unref()
  }
  const mayBegin = (): boolean => !isDraining && lease.isValid()
  const passes = createPassRunner(ports, { follow, settle, retryLater, track, mayBegin })

  const tend = (key: RunKey): void => {
    if (isDraining) return
    const run = claim(key)
    run.isPoked = true
    // Without a valid lease it stays marked, and the next renewal comes back to it.
    if (!run.isTended && lease.isValid()) track(tendWhilePoked(run))
  }
  const tendWhilePoked = async (run: ClaimedRun): Promise<void> => {
    run.isTended = true
    let isGiven = false
    try {
      while (run.isPoked && !isDraining && lease.isValid()) {
        run.isPoked = false
        await tendOnce(run)
        if (run.passes.size > 0 || run.isPoked) continue
        isGiven = await dispatch.release(run)
        if (!isGiven) run.isPoked = true
      }
    } catch (error) {
      log('warn', 'run.drive_failed: retrying', fieldsOf(run, error))
      retryLater(run)
    } finally {
      run.isTended = false
      if (isGiven) forgetIfIdle(run)
    }
  }
  const tendOnce = async (run: ClaimedRun): Promise<void> => {
    const { tenantId, runId } = run
    const acquired = await dispatch.acquire(run)
    if (acquired === null) {
      drop(run)
      return
    }
    const { messages: facts, at, dueTimers } = acquired
    ports.clock.observe(at)
    run.isOwned = true
    const pass = { take: passes.takeFor(run), worker: workerId }
    const request = { tenantId, runId, facts, isStale: true, fireTimersDueAt: at, ...pass }
    const result = await advanceRun(committer, request, log)
    if (result.outcome === 'missing') return
    // Every open pass is checked below, so changes of others need no check of their own.
    follow(run, { ...result, metOthers: false })
    const seen = await committer.look({ tenantId, runId }, ({ machine, attempts, timers }) => {
      const open = machine.openNodeRuns().flatMap((each) => {
        const isWaiting = each.mode === 'inline' || each.waitId !== null
        return isWaiting ? [] : [{ ...each, last: attempts.get(each.nodeRunId)?.records.at(-1) }]
      })
      const awaited = new Set([...timers.keys(), ...open.map(attemptTimerId)])
      return { open, stale: dueTimers.filter((timerId) => !awaited.has(timerId)) }
    })
    if (seen === null) return
    if (seen.stale.length > 0) await dispatch.clearTimers(run, seen.stale)
    for (const { nodeRunId, pass, canceling, last } of seen.open) {
      if (canceling) passes.cancel(run, { nodeRunId, pass })
      else if (last?.nextAt != null && last.nextAt > now()) ports.wakeAt(last.nextAt)
      else passes.enqueue(run, { nodeRunId, pass })
    }
  }

  return {
    workerId,
    claimed,
    tend,
    isClaimed: (run) => claimed.has(nameOf(run)),
    // Claimed only when there is something to take.
    takeFor: (run) => (pass) => passes.takeFor(claim(run))(pass),
    renewed: ({ wasValid, owned }) => {
      const names = new Set(owned.map(nameOf))
      for (const run of claimed.values()) {
        if (run.isPoked || (run.isOwned && (!wasValid || !names.has(nameOf(run))))) tend(run)
      }
      for (const run of owned) if (!claimed.has(nameOf(run))) tend(run)
    },
    follow: (key, result) => {
      const run = claim(key)
      run.isOwned = true
      follow(run, result)
      settle(run)
    },
    drain: async (drainMs) => {
      isDraining = true
      slots.close()
      const timer = setTimeout(() => {
        for (const run of claimed.values()) for (const held of run.passes.values()) held.stop.stop('shutdown')
      }, drainMs)
      while (working.size > 0) await Promise.allSettled(working)
      clearTimeout(timer)
    },
  }
}
