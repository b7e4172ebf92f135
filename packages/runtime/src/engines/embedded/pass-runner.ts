import { attemptTimerId, beginAttempt } from '../../attempts/begin-attempt.ts'
import { executeAttempt } from '../../attempts/execute-attempt.ts'
import { createStopSwitch, type StopSwitch } from '../../attempts/stop-switch.ts'
import type { AcquireSlot, CommitResult, Slot, StartedNode } from '../../commit/commit-types.ts'
import { unreadableFact } from '../../store/release-to-readers.ts'
import { type PassOfRun, passOfRunKey, type RunRef } from '../../store/run-ref.ts'
import { fieldsOf, type WorkerDeps } from './worker-deps.ts'

/** A run that this worker drives, with its current work. */
export interface ClaimedRun extends RunRef {
  /** Passes that this worker holds: waiting for a slot, beginning, or running. */
  readonly passes: Map<string, HeldPass>
  /**
   * Time of the lease at which the database has confirmed the owner; null while a start or an acquisition is in flight.
   */
  ownedAt: number | null
  /** True after an acquisition or a release without an answer: it is unknown whether this worker owns it. */
  isUncertain: boolean
  /** True while a loop drives it. */
  isDriving: boolean
  /** True if it must be driven again, because of a change since the loop began. */
  isWoken: boolean
  isClosed: boolean
  /** Errors since it was last driven without one. */
  failures: number
  /** Errors since it was claimed. */
  errors: number
  /** Called after a pass was released, while {@link stopBodies} waits. */
  onPassReleased: (() => void) | null
}

/** A pass of a node run that this worker holds. */
export interface HeldPass {
  readonly stop: StopSwitch
  /** True if its body has been started; before that a cancelation needs no body. */
  isRunning: boolean
  /**
   * Released when the body has ended and there is memory for its outcome; the pass itself is held until the outcome is
   * stored.
   */
  slot: Slot | null
}

/** Begins, runs and stops the passes of claimed runs, as many at once as there are slots. */
export interface PassRunner {
  /** Gives slots to the node runs that begin with a commit. */
  slotsFor(run: ClaimedRun): AcquireSlot
  /** Runs the body of a node run that has begun with a commit. */
  launch(run: ClaimedRun, started: StartedNode): void
  /** Starts a node run as soon as a slot is free. */
  enqueue(run: ClaimedRun, pass: PassOfRun): void
  /** Stops a body, or records the cancelation of a node run without one. */
  cancel(run: ClaimedRun, pass: PassOfRun): void
}

/** Callbacks of the runner to its worker. */
export interface PassHooks {
  /** An outcome was committed: executes what follows from it. */
  follow(run: ClaimedRun, result: CommitResult): void
  /** A pass was released. */
  passReleased(run: ClaimedRun): void
  /**
   * Something could not be stored: drives the run again in a while, later after an error that a retry does not resolve.
   */
  retryLater(run: ClaimedRun, error: unknown): unknown
  track(work: Promise<void>): void
  /** False while this process shuts down, and while other workers may own its runs. */
  mayBegin(): boolean
}

/** Creates the runner of one worker. */
export function createPassRunner(deps: WorkerDeps, hooks: PassHooks): PassRunner {
  const { workerId, committer, findType, slots, now, log } = deps

  const slotsFor = (run: ClaimedRun): AcquireSlot => {
    return (pass) => {
      // A node with a queue of its own belongs to the workers of the queue.
      const slot = hooks.mayBegin() && pass.queue === null ? slots.tryAcquire(run.tenantId) : null
      if (slot === null) return null
      const held = holdPass(run, pass)
      if (held !== null) return slotOf(run, pass, held, slot)
      slot.release()
      return null
    }
  }
  const attemptDeps = (run: ClaimedRun) => ({ committer, findType, now, worker: workerId, acquireSlot: slotsFor(run) })

  const launch = (run: ClaimedRun, started: StartedNode): void => {
    const held = heldPass(run, started)
    if (held === undefined || held.isRunning) return
    held.isRunning = true
    hooks.track(execute(run, started, held))
  }
  const execute = async (run: ClaimedRun, started: StartedNode, held: HeldPass): Promise<void> => {
    try {
      const end = await executeAttempt(started, {
        committer,
        findType,
        now,
        worker: workerId,
        acquireSlot: slotsFor(run),
        log,
        http: deps.egress,
        files: deps.files,
        dataTables: deps.dataTables,
        models: deps.models,
        secrets: deps.secrets,
        stop: held.stop.signals,
        hasStoredTimers: true,
        graceMs: deps.cancelGraceMs,
        // Released first, since the next node needs a slot within the same commit.
        onBodyEnd: () => held.slot?.release(),
      })
      started.slot.release()
      if (end.kind === 'left') return
      if (end.kind === 'retry') deps.wakeAt(end.nextAt)
      hooks.follow(run, end.result)
    } catch (error) {
      started.slot.release()
      const isLeft = unreadableFact(error) !== null
      const message = isLeft
        ? 'node_run.outcome_left: a later version has written to the run'
        : 'node_run.outcome_failed: the run does not accept it'
      log(isLeft ? 'warn' : 'error', message, fieldsOf(run, error, started.nodeRunId))
    }
    hooks.passReleased(run)
  }

  const begin = async (run: ClaimedRun, pass: PassOfRun, held: HeldPass): Promise<void> => {
    const free = await slots.acquire(run.tenantId)
    if (free === null) {
      releasePass(run, pass)
      return
    }
    const slot = slotOf(run, pass, held, free)
    const { tenantId, runId } = run
    // The worker has dropped the run meanwhile.
    if (held.stop.signals.shutdown.aborted) {
      slot.release()
      return
    }
    if (!hooks.mayBegin()) {
      slot.release()
      hooks.passReleased(run)
      return
    }
    try {
      const begun = await beginAttempt({ tenantId, runId, ...pass }, slot, attemptDeps(run), { isStale: false })
      if (begun.kind === 'started') launch(run, begun.started)
      else slot.release()
      if (begun.kind === 'later') deps.wakeAt(begun.nextAt)
      if (begun.kind === 'unable') {
        log('error', 'node_run.type_unknown: the run needs another worker', { tenantId, runId, ...pass })
        hooks.retryLater(run, null)
        return
      }
      if ('result' in begun && begun.result !== null) hooks.follow(run, begun.result)
    } catch (error) {
      slot.release()
      log('warn', 'node_run.begin_failed: retrying', fieldsOf(run, error, pass.nodeRunId))
      hooks.retryLater(run, error)
      return
    }
    if (!held.isRunning) hooks.passReleased(run)
  }

  const cancelUnstarted = async (run: ClaimedRun, { nodeRunId, pass }: PassOfRun): Promise<void> => {
    const { tenantId, runId } = run
    // Held meanwhile, so that the run is not released before its cancelation is in the log.
    const isOwn = holdPass(run, { nodeRunId, pass }) !== null
    const release = (): void => {
      if (isOwn) releasePass(run, { nodeRunId, pass })
    }
    try {
      const queue = await committer.withSession(run, ({ machine }) => machine.openNodeRun(nodeRunId)?.queue ?? null)
      if (queue !== null) {
        // The append of the request has marked its queued node: the worker that executes it, or any other, ends it.
        deps.wakeWorkers()
        release()
        hooks.passReleased(run)
        return
      }
      const result = await committer.commit({
        tenantId,
        runId,
        facts: [{ fact: { type: 'node_canceled', nodeRunId, data: { pass, how: 'canceled' } } }],
        operations: [{ op: 'timer_clear', timerId: attemptTimerId({ nodeRunId, pass }) }],
        worker: workerId,
        acquireSlot: slotsFor(run),
      })
      hooks.follow(run, result)
      release()
      hooks.passReleased(run)
    } catch (error) {
      release()
      log('warn', 'node_run.cancel_failed: retrying', fieldsOf(run, error, nodeRunId))
      hooks.retryLater(run, error)
    }
  }

  return {
    slotsFor,
    launch,
    enqueue: (run, { nodeRunId, pass }) => {
      const held = hooks.mayBegin() ? holdPass(run, { nodeRunId, pass }) : null
      if (held !== null) hooks.track(begin(run, { nodeRunId, pass }, held))
    },
    cancel: (run, pass) => {
      const held = heldPass(run, pass)
      held?.stop.stop('cancel')
      // It has no body: it waits for its next attempt or for a slot. A pass that is beginning finds its cancelation
      // there.
      if (held?.isRunning !== true) hooks.track(cancelUnstarted(run, pass))
    },
  }
}

/** Wraps a slot so that releasing it also releases the pass. */
function slotOf(run: ClaimedRun, pass: PassOfRun, held: HeldPass, slot: Slot): Slot {
  held.slot = slot
  return {
    release: () => {
      releasePass(run, pass)
      slot.release()
    },
  }
}

/** Creates the record of a run that this worker drives. */
export function claimedRun({ tenantId, runId }: RunRef): ClaimedRun {
  const flags = { ownedAt: null, isUncertain: false, isDriving: false, isWoken: false, isClosed: false }
  return { tenantId, runId, passes: new Map(), ...flags, failures: 0, errors: 0, onPassReleased: null }
}

/** Holds a pass, so that it begins once; null if it is held already. */
function holdPass(run: ClaimedRun, pass: PassOfRun): HeldPass | null {
  const key = passOfRunKey(pass)
  if (run.passes.has(key)) return null
  const held = { stop: createStopSwitch(), isRunning: false, slot: null }
  run.passes.set(key, held)
  return held
}

/** Finds a pass that is held. */
function heldPass(run: ClaimedRun, pass: PassOfRun): HeldPass | undefined {
  return run.passes.get(passOfRunKey(pass))
}

/** Releases a pass. */
function releasePass(run: ClaimedRun, pass: PassOfRun): void {
  run.passes.delete(passOfRunKey(pass))
  run.onPassReleased?.()
}

/**
 * Cancels the bodies of a run and waits until they have ended, or their grace is over: before another worker may claim
 * the run, which must not begin an attempt while the last one runs. Passes that wait for a slot have no body yet.
 */
export function stopBodies(run: ClaimedRun): Promise<void> {
  for (const { stop } of run.passes.values()) stop.stop('cancel')
  return new Promise((resolve) => {
    const check = (): void => {
      if ([...run.passes.values()].some(({ slot }) => slot !== null)) return
      run.onPassReleased = null
      resolve()
    }
    run.onPassReleased = check
    check()
  })
}
