import { Context } from '@temporalio/activity'
import { TenonError } from '@tenon/core/errors'
import type { Fact } from '@tenon/core/run'
import { advanceRun } from '../commit/advance-run.ts'
import type { CommitRequest, FactToCommit, Slot } from '../commit/commit-types.ts'
import type { Committer } from '../commit/create-committer.ts'
import type { RuntimeLog } from '../engine.ts'
import {
  beginAttempt,
  type CarryOutPorts,
  carryOut,
  createStopSwitch,
  type PassPlace,
  type StopSwitch,
} from '../executor/index.ts'
import type { RunKey } from '../store/run-key.ts'
import { nextAttemptAt, shellFailureOf } from './failure.ts'
import type { ReadCommands } from './read-commands.ts'
import type { ExecuteNodeRequest, ShellActivities } from './shell-types.ts'

const HEARTBEAT_MS = 3_000
/** During a deploy, a task may reach a worker without its node type; Temporal hands it to another one after so long. */
const UNABLE_RETRY_MS = 2_000

export interface ActivityPorts {
  readonly committer: Committer
  readonly readCommands: ReadCommands
  /** Messages to a run that are not taken yet, oldest first. */
  readonly readInbox: (run: RunKey) => Promise<readonly FactToCommit[]>
  readonly executor: Omit<CarryOutPorts, 'stop' | 'hasStoredTimers' | 'onHeartbeat'>
  readonly log: RuntimeLog
  /** Aborted when the worker is gone: Temporal cancels an activity once, and not again when its worker ends. */
  readonly gone: AbortSignal
}

/** The worker counts what runs at once, so a slot has nothing to give back. */
const FREE_SLOT: Slot = { release: () => undefined }

const CANCELED_BY_OPERATOR: Fact = { type: 'cancel_requested', data: { reason: 'operator', actor: null } }

/** What the shell calls. Each answers with the commands after the shell's cursor, so no answer is ever missed. */
export function createShellActivities(ports: ActivityPorts): ShellActivities {
  const { committer, readInbox, executor, log } = ports
  /** Passes whose bodies run in this process. */
  const running = new Map<string, StopSwitch>()

  const readCommands: ReadCommands = async (tenantId, runId, cursor) => {
    const page = await ports.readCommands(tenantId, runId, cursor)
    for (const command of page.commands) {
      // Temporal tells, too, but only with the answer to a heartbeat.
      if (command.type === 'cancel_node') running.get(passKey({ tenantId, runId, ...command }))?.stop('cancel')
    }
    return page
  }

  /** Takes messages into a run and evaluates its inline nodes slice by slice, with the messages that came meanwhile. */
  const advance = async (
    run: RunKey,
    first: readonly FactToCommit[],
    due: Pick<CommitRequest, 'fireTimersDueAt'> = {},
  ): Promise<void> => {
    let facts = first
    for (let hasMore = true; hasMore; facts = []) {
      const inbox = await readInbox(run)
      const request = { ...run, facts: [...inbox, ...facts], isStale: true, ...due }
      hasMore = (await advanceRun(committer, request, log)).hasMore
    }
  }

  const executeAttempt = async (place: PassPlace, stop: CarryOutPorts['stop']): Promise<void> => {
    const begun = await beginAttempt(place, FREE_SLOT, executor, { isStale: true })
    if (begun.kind === 'gone') return
    if (begun.kind === 'settled') return advanceIf(begun.result.hasMore, place)
    if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, executor.now())
    if (begun.kind === 'unable') throw nextAttemptAt(executor.now() + UNABLE_RETRY_MS, executor.now())
    const onHeartbeat = () => Context.current().heartbeat()
    const done = await carryOut(begun.started, { ...executor, stop, hasStoredTimers: false, onHeartbeat })
    if (done.kind === 'retry') throw nextAttemptAt(done.nextAt, executor.now())
    if (done.kind === 'left') throw nextAttemptAt(executor.now(), executor.now())
    return advanceIf(done.result.hasMore, place)
  }
  const advanceIf = async (hasMore: boolean, { tenantId, runId }: PassPlace): Promise<void> => {
    if (hasMore) await advance({ tenantId, runId }, [])
  }
  const withCodesOnly = async <Value>(run: RunKey, work: () => Promise<Value>): Promise<Value> => {
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
      withCodesOnly(keyOf(request), async () => {
        const place = placeOf(request)
        const stop = createStopSwitch()
        const stopBeating = beat()
        followCancelation(stop)
        running.set(passKey(place), stop)
        try {
          const { cancel, shutdown } = stop.signals
          await executeAttempt(place, { cancel, shutdown: AbortSignal.any([shutdown, ports.gone]) })
        } finally {
          running.delete(passKey(place))
          stopBeating()
        }
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    abandonNode: (request) =>
      withCodesOnly(keyOf(request), async () => {
        const begun = await beginAttempt(placeOf(request), FREE_SLOT, executor, { isStale: true })
        if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, executor.now())
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    failUnserved: ({ queue, waitMs, ...request }) =>
      withCodesOnly(keyOf(request), async () => {
        const unserved = new TenonError(
          'TASK_QUEUE_UNSERVED',
          `No worker took the node from the task queue "${queue}" within ${Math.round(waitMs / 1_000)} s`,
        )
        const begun = await beginAttempt(placeOf(request), FREE_SLOT, executor, { isStale: true, unserved })
        if (begun.kind === 'later') throw nextAttemptAt(begun.nextAt, executor.now())
        return readCommands(request.tenantId, request.runId, request.cursor)
      }),
    advance: ({ tenantId, runId, cursor, timer, isCanceled }) =>
      withCodesOnly({ tenantId, runId }, async () => {
        const operator = isCanceled ? [{ fact: CANCELED_BY_OPERATOR }] : []
        // The shell's clock says that the timer is due; this machine's clock may lag behind it.
        const due = timer === null ? {} : { fireTimersDueAt: Math.max(timer.dueAt, executor.now()) }
        await advance({ tenantId, runId }, operator, due)
        return readCommands(tenantId, runId, cursor)
      }),
  }
}

function keyOf({ tenantId, runId }: ExecuteNodeRequest): RunKey {
  return { tenantId, runId }
}

function placeOf({ tenantId, runId, nodeRunId, pass }: ExecuteNodeRequest): PassPlace {
  return { tenantId, runId, nodeRunId, pass }
}

function beat(): () => void {
  const context = Context.current()
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS)
  return () => clearInterval(timer)
}

function passKey({ tenantId, runId, nodeRunId, pass }: PassPlace): string {
  return JSON.stringify([tenantId, runId, nodeRunId, pass])
}

/** Temporal's cancelation in the executor's words: the node run is canceled, or this process has to leave it. */
function followCancelation(stop: StopSwitch): void {
  const context = Context.current()
  const { cancellationSignal } = context
  const onAbort = () => stop.stop(context.cancellationDetails?.cancelRequested === true ? 'cancel' : 'shutdown')
  if (cancellationSignal.aborted) onAbort()
  else cancellationSignal.addEventListener('abort', onAbort, { once: true })
}
