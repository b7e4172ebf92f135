import type { CommitResult, TakeNode } from '../commit/commit-types.ts'
import { type ClaimedRun, claimedRun } from './claimed-run.ts'
import type { RunKey } from './dispatch-store.ts'
import { createPassRunner } from './pass-runner.ts'
import { fieldsOf, type WorkerPorts } from './worker-ports.ts'

/** Carries the runs out that this process has claimed. */
export interface Worker {
  readonly workerId: string
  readonly claimed: ReadonlyMap<string, ClaimedRun>
  /** Looks after a run from now on: takes its messages in, starts its nodes, gives it back when it only waits. */
  tend(run: RunKey): void
  isClaimed(run: RunKey): boolean
  /** What a commit needs in order to begin nodes of a run here. */
  takeFor(run: RunKey): TakeNode
  /** Follows a commit that was made elsewhere in this process. */
  follow(run: RunKey, result: CommitResult): void
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

const RETRY_TENDING_MS = 1_000

export function createWorker(ports: WorkerPorts): Worker {
  const { workerId, committer, dispatch, slots, now, log } = ports
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

  const follow = (run: ClaimedRun, result: CommitResult): void => {
    for (const started of result.started) passes.launch(run, started)
    for (const command of result.commands) {
      if (command.kind === 'start_node') passes.enqueue(run, command)
      if (command.kind === 'cancel_node') passes.cancel(run, command)
      if (command.kind === 'set_timer') ports.wakeAt(command.dueAt)
      if (command.kind === 'close_run') run.isClosed = true
    }
    if (result.metOthers) tend(run)
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
  const passes = createPassRunner(ports, { follow, settle, retryLater, track, isDraining: () => isDraining })

  const tend = (key: RunKey): void => {
    if (isDraining) return
    const run = claim(key)
    run.isPoked = true
    if (!run.isTended) track(tendWhilePoked(run))
  }
  const tendWhilePoked = async (run: ClaimedRun): Promise<void> => {
    run.isTended = true
    let isGiven = false
    try {
      while (run.isPoked && !isDraining) {
        run.isPoked = false
        await tendOnce(run)
        if (run.passes.size > 0 || run.isPoked) continue
        isGiven = await dispatch.release(run)
        if (!isGiven) run.isPoked = true
      }
    } catch (error) {
      log('warn', 'A run cannot be looked after now', fieldsOf(run, error))
      retryLater(run)
    } finally {
      run.isTended = false
      if (isGiven) forgetIfIdle(run)
    }
  }
  const tendOnce = async (run: ClaimedRun): Promise<void> => {
    const { tenantId, runId } = run
    const facts = await dispatch.readInbox(run)
    const result = await committer.commit({
      ...{ tenantId, runId, facts, isStale: true, fireTimersDueAt: now() },
      ...{ take: passes.takeFor(run), worker: workerId },
    })
    if (result.outcome === 'missing') return
    // Every open pass is looked at below, so what others have done needs no look of its own.
    follow(run, { ...result, metOthers: false })
    const open = await committer.look({ tenantId, runId }, ({ machine, attempts }) =>
      machine.openNodeRuns().flatMap((each) => {
        const isWaiting = each.mode === 'inline' || each.waitId !== null
        return isWaiting ? [] : [{ ...each, last: attempts.get(each.nodeRunId)?.records.at(-1) }]
      }),
    )
    for (const { nodeRunId, pass, canceling, last } of open ?? []) {
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
    follow: (key, result) => {
      const run = claim(key)
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
