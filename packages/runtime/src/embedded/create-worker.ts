import type { CommitResult, Slot, StartedNode, TakeNode } from '../commit/commit-types.ts'
import type { Committer } from '../commit/create-committer.ts'
import type { FindNodeType } from '../commit/node-types.ts'
import type { EnginePorts } from '../engine.ts'
import { beginAttempt, carryOut } from '../executor/index.ts'
import { type ClaimedRun, type HeldPass, holdPass, passKeyOf, stopPass } from './claimed-run.ts'
import type { DispatchStore, RunKey } from './dispatch-store.ts'
import type { NodeSlots } from './node-slots.ts'

/** Carries the runs out that this process has claimed. */
export interface Worker {
  readonly workerId: string
  readonly claimed: ReadonlyMap<string, ClaimedRun>
  /** Looks after a run from now on: takes its messages in, starts its nodes, gives it back when it only waits. */
  tend(run: RunKey): void
  /** What a commit needs in order to begin nodes of a run here. */
  takeFor(run: RunKey): TakeNode
  /** Follows a commit that was made elsewhere in this process. */
  follow(run: RunKey, result: CommitResult): void
  /** Begins nothing new; resolves when all bodies have ended, or after `drainMs` has stopped them. */
  drain(drainMs: number): Promise<void>
}

export interface WorkerPorts extends Pick<EnginePorts, 'egress' | 'log'> {
  readonly workerId: string
  readonly committer: Committer
  readonly findType: FindNodeType
  readonly dispatch: DispatchStore
  readonly slots: NodeSlots
  readonly now: () => number
  readonly cancelGraceMs: number
  /** Asks to be woken at an instant, ms since the Unix epoch. */
  readonly wakeAt: (at: number) => void
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
  const claim = ({ tenantId, runId }: RunKey): ClaimedRun => {
    const key = `${tenantId}/${runId}`
    const run = claimed.get(key) ?? {
      tenantId,
      runId,
      passes: new Map(),
      isTended: false,
      isPoked: false,
      isClosed: false,
    }
    claimed.set(key, run)
    return run
  }
  const forgetIfIdle = (run: ClaimedRun): void => {
    if (run.passes.size === 0 && !run.isTended) claimed.delete(`${run.tenantId}/${run.runId}`)
  }

  const takeFor = (run: ClaimedRun): TakeNode => {
    return (pass) => {
      if (isDraining) return null
      const slot = slots.tryAcquire()
      if (slot === null) return null
      const held = holdPass(run, pass)
      if (held === null) {
        slot.release()
        return null
      }
      return heldSlot(run, pass, slot)
    }
  }
  /** A place that lets go of the pass with it. */
  const heldSlot = (run: ClaimedRun, pass: { nodeRunId: string; pass: number }, slot: Slot): Slot => ({
    release: () => {
      run.passes.delete(passKeyOf(pass))
      slot.release()
    },
  })

  const follow = (run: ClaimedRun, result: CommitResult): void => {
    for (const started of result.started) launch(run, started)
    for (const command of result.commands) {
      if (command.kind === 'start_node') enqueue(run, command)
      if (command.kind === 'cancel_node') cancelPass(run, command)
      if (command.kind === 'set_timer') ports.wakeAt(command.dueAt)
      if (command.kind === 'close_run') run.isClosed = true
    }
    if (result.metOthers) tend(run)
  }

  const launch = (run: ClaimedRun, started: StartedNode): void => {
    const held = run.passes.get(passKeyOf(started))
    if (held === undefined || held.isRunning) return
    held.isRunning = true
    track(runAttempt(run, started, held))
  }
  const runAttempt = async (run: ClaimedRun, started: StartedNode, held: HeldPass): Promise<void> => {
    const { committer: _, ...rest } = ports
    try {
      const end = await carryOut(started, {
        ...rest,
        committer,
        worker: workerId,
        http: ports.egress,
        take: takeFor(run),
        stop: held.stop.signal,
        hasStoredTimers: true,
        graceMs: ports.cancelGraceMs,
      })
      started.slot.release()
      if (end.kind === 'left') return
      if (end.kind === 'retry') ports.wakeAt(end.nextAt)
      follow(run, end.result)
    } catch (error) {
      started.slot.release()
      log('error', 'The outcome of a node run does not fit its run', fieldsOf(run, started.nodeRunId, error))
    }
    settleDown(run)
  }

  const enqueue = (run: ClaimedRun, pass: { nodeRunId: string; pass: number }): void => {
    if (isDraining) return
    const held = holdPass(run, pass)
    if (held !== null) track(beginWhenFree(run, pass, held))
  }
  const beginWhenFree = async (
    run: ClaimedRun,
    pass: { nodeRunId: string; pass: number },
    held: HeldPass,
  ): Promise<void> => {
    const slot = await slots.acquire(run.tenantId)
    if (slot === null) {
      run.passes.delete(passKeyOf(pass))
      return
    }
    const own = heldSlot(run, pass, slot)
    try {
      const place = { tenantId: run.tenantId, runId: run.runId, ...pass }
      const attempt = { committer, findType: ports.findType, now, worker: workerId, take: takeFor(run) }
      const begun = await beginAttempt(place, own, attempt, { isStale: false })
      if (begun.kind === 'started') {
        launch(run, begun.started)
        follow(run, begun.result)
        return
      }
      own.release()
      if (begun.kind === 'later') ports.wakeAt(begun.nextAt)
      if (begun.kind !== 'gone' && begun.result !== null) follow(run, begun.result)
    } catch (error) {
      own.release()
      log('warn', 'A node run cannot begin yet', fieldsOf(run, pass.nodeRunId, error))
      tendLater(run)
      return
    }
    if (!held.isRunning) settleDown(run)
  }

  const cancelPass = (run: ClaimedRun, pass: { nodeRunId: string; pass: number }): void => {
    const held = run.passes.get(passKeyOf(pass))
    if (held !== undefined) stopPass(held, 'cancel')
    if (held?.isRunning) return
    // Nobody runs it: waiting for its next attempt, or for a place. One that is beginning meets its cancelation there.
    track(cancelUnstarted(run, pass))
  }
  const cancelUnstarted = async (run: ClaimedRun, { nodeRunId, pass }: { nodeRunId: string; pass: number }) => {
    try {
      const fact = { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } as const
      const { tenantId, runId } = run
      const take = takeFor(run)
      follow(run, await committer.commit({ tenantId, runId, facts: [{ fact }], take, worker: workerId }))
      settleDown(run)
    } catch (error) {
      log('warn', 'A cancelation cannot be stored yet', fieldsOf(run, nodeRunId, error))
      tendLater(run)
    }
  }

  /** When nothing of a run is in hand any more it is given back, after a last look. */
  const settleDown = (run: ClaimedRun): void => {
    if (run.passes.size > 0 || isDraining) return
    if (run.isClosed) forgetIfIdle(run)
    else tend(run)
  }
  const tendLater = (run: ClaimedRun): void => {
    if (isDraining) return
    setTimeout(() => tend(run), RETRY_TENDING_MS).unref()
  }
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
        isGiven = run.isClosed || (await dispatch.release(run))
        if (!isGiven) run.isPoked = true
      }
    } catch (error) {
      log('warn', 'A run cannot be looked after now', fieldsOf(run, null, error))
      tendLater(run)
    } finally {
      run.isTended = false
      if (isGiven) forgetIfIdle(run)
    }
  }
  const tendOnce = async (run: ClaimedRun): Promise<void> => {
    const { tenantId, runId } = run
    const facts = await dispatch.readInbox(run)
    const take = takeFor(run)
    const fireTimersDueAt = now()
    const result = await committer.commit({
      tenantId,
      runId,
      facts,
      isStale: true,
      fireTimersDueAt,
      take,
      worker: workerId,
    })
    if (result.outcome === 'missing') {
      run.isClosed = true
      return
    }
    follow(run, { ...result, metOthers: false })
    const open = await committer.look({ tenantId, runId }, ({ machine, attempts }) =>
      machine.openNodeRuns().flatMap((each) => {
        const isWaiting = each.mode === 'inline' || each.waitId !== null
        return isWaiting ? [] : [{ ...each, last: attempts.get(each.nodeRunId)?.records.at(-1) }]
      }),
    )
    run.isClosed = open !== null && open.length === 0 && isOver(result)
    for (const { nodeRunId, pass, canceling, last } of open ?? []) {
      const place = { nodeRunId, pass }
      if (canceling) cancelPass(run, place)
      else if (last?.nextAt != null && last.nextAt > now()) ports.wakeAt(last.nextAt)
      else enqueue(run, place)
    }
  }

  return {
    workerId,
    claimed,
    tend,
    takeFor: (run) => takeFor(claim(run)),
    follow: (key, result) => {
      const run = claim(key)
      follow(run, result)
      settleDown(run)
    },
    drain: async (drainMs) => {
      isDraining = true
      slots.close()
      const timer = setTimeout(() => {
        for (const run of claimed.values()) for (const held of run.passes.values()) stopPass(held, 'shutdown')
      }, drainMs)
      while (working.size > 0) await Promise.allSettled(working)
      clearTimeout(timer)
    },
  }
}

function isOver({ status }: CommitResult): boolean {
  return status === 'completed' || status === 'failed' || status === 'canceled'
}

function fieldsOf({ tenantId, runId }: RunKey, nodeRunId: string | null, error: unknown) {
  const reason = error instanceof Error ? error.message : 'unknown'
  return { tenantId, runId, ...(nodeRunId === null ? {} : { nodeRunId }), reason }
}
