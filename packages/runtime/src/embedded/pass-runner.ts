import type { CommitResult, Slot, StartedNode, TakeNode } from '../commit/commit-types.ts'
import { attemptTimerId, beginAttempt, carryOut } from '../executor/index.ts'
import { type ClaimedRun, type HeldPass, heldPass, holdPass, letGo, type PassKey } from './claimed-run.ts'
import { fieldsOf, type WorkerPorts } from './worker-ports.ts'

/** Begins, runs and stops the passes of claimed runs, as many at once as there are slots. */
export interface PassRunner {
  /** Lets a commit begin node runs here. */
  takeFor(run: ClaimedRun): TakeNode
  /** Runs the body of a node run that a commit has taken. */
  launch(run: ClaimedRun, started: StartedNode): void
  /** Begins a node run as soon as there is a slot. */
  enqueue(run: ClaimedRun, pass: PassKey): void
  /** Stops a body, or records that one is canceled that nobody runs. */
  cancel(run: ClaimedRun, pass: PassKey): void
}

/** What the runner tells its worker. */
export interface PassHooks {
  /** An outcome was committed: see to what follows from it. */
  follow(run: ClaimedRun, result: CommitResult): void
  /** A pass has been let go. */
  settle(run: ClaimedRun): void
  /** Something could not be stored: look at the run again in a while. */
  retryLater(run: ClaimedRun): void
  track(work: Promise<void>): void
  /** False while this process shuts down, and while other workers may own its runs. */
  mayBegin(): boolean
}

export function createPassRunner(ports: WorkerPorts, hooks: PassHooks): PassRunner {
  const { workerId, committer, findType, slots, now, log } = ports

  const takeFor = (run: ClaimedRun): TakeNode => {
    return (pass) => {
      const slot = hooks.mayBegin() ? slots.tryAcquire() : null
      if (slot === null) return null
      const held = holdPass(run, pass)
      if (held !== null) return slotOf(run, pass, held, slot)
      slot.release()
      return null
    }
  }
  const attemptPorts = (run: ClaimedRun) => ({ committer, findType, now, worker: workerId, take: takeFor(run) })

  const launch = (run: ClaimedRun, started: StartedNode): void => {
    const held = heldPass(run, started)
    if (held === undefined || held.isRunning) return
    held.isRunning = true
    hooks.track(runBody(run, started, held))
  }
  const runBody = async (run: ClaimedRun, started: StartedNode, held: HeldPass): Promise<void> => {
    try {
      const end = await carryOut(started, {
        ...attemptPorts(run),
        log,
        http: ports.egress,
        secrets: ports.secrets,
        stop: held.stop.signals,
        hasStoredTimers: true,
        graceMs: ports.cancelGraceMs,
        // What follows needs a slot within the same commit, which half of them would otherwise not find free.
        onBodyEnd: () => held.slot?.release(),
      })
      started.slot.release()
      if (end.kind === 'left') return
      if (end.kind === 'retry') ports.wakeAt(end.nextAt)
      hooks.follow(run, end.result)
    } catch (error) {
      started.slot.release()
      log('error', 'node_run.outcome_failed: the run does not accept it', fieldsOf(run, error, started.nodeRunId))
    }
    hooks.settle(run)
  }

  const begin = async (run: ClaimedRun, pass: PassKey, held: HeldPass): Promise<void> => {
    const free = await slots.acquire(run.tenantId)
    if (free === null) {
      letGo(run, pass)
      return
    }
    const slot = slotOf(run, pass, held, free)
    const { tenantId, runId } = run
    if (!hooks.mayBegin()) {
      slot.release()
      hooks.settle(run)
      return
    }
    try {
      const begun = await beginAttempt({ tenantId, runId, ...pass }, slot, attemptPorts(run), { isStale: false })
      if (begun.kind === 'started') launch(run, begun.started)
      else slot.release()
      if (begun.kind === 'later') ports.wakeAt(begun.nextAt)
      if (begun.kind !== 'gone' && begun.result !== null) hooks.follow(run, begun.result)
    } catch (error) {
      slot.release()
      log('warn', 'node_run.begin_failed: retrying', fieldsOf(run, error, pass.nodeRunId))
      hooks.retryLater(run)
      return
    }
    if (!held.isRunning) hooks.settle(run)
  }

  const cancelUnstarted = async (run: ClaimedRun, { nodeRunId, pass }: PassKey): Promise<void> => {
    const { tenantId, runId } = run
    // In hand meanwhile, so that the run is not given back before its cancelation is in the log.
    const isOwn = holdPass(run, { nodeRunId, pass }) !== null
    const release = (): void => {
      if (isOwn) letGo(run, { nodeRunId, pass })
    }
    try {
      const result = await committer.commit({
        tenantId,
        runId,
        facts: [{ fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } }],
        operations: [{ op: 'timer_clear', timerId: attemptTimerId({ nodeRunId, pass }) }],
        worker: workerId,
        take: takeFor(run),
      })
      hooks.follow(run, result)
      release()
      hooks.settle(run)
    } catch (error) {
      release()
      log('warn', 'node_run.cancel_failed: retrying', fieldsOf(run, error, nodeRunId))
      hooks.retryLater(run)
    }
  }

  return {
    takeFor,
    launch,
    enqueue: (run, { nodeRunId, pass }) => {
      const held = hooks.mayBegin() ? holdPass(run, { nodeRunId, pass }) : null
      if (held !== null) hooks.track(begin(run, { nodeRunId, pass }, held))
    },
    cancel: (run, pass) => {
      const held = heldPass(run, pass)
      held?.stop.stop('cancel')
      // Nobody runs it: it waits for its next attempt or for a slot. One that is beginning meets its cancelation there.
      if (held?.isRunning !== true) hooks.track(cancelUnstarted(run, pass))
    },
  }
}

/** A slot that lets go of the pass with it. */
function slotOf(run: ClaimedRun, pass: PassKey, held: HeldPass, slot: Slot): Slot {
  held.slot = slot
  return {
    release: () => {
      letGo(run, pass)
      slot.release()
    },
  }
}
