import { ApplicationFailure, Context } from '@temporalio/activity'
import type { RunEvent } from '@tenon/core/run'
import type { FactToCommit, Slot } from '../commit/commit-types.ts'
import type { Committer } from '../commit/create-committer.ts'
import { planNodeOf } from '../commit/drive.ts'
import type { RunKey } from '../embedded/dispatch-store.ts'
import { beginAttempt, type CarryOutPorts, carryOut, type PassPlace, type StopReason } from '../executor/index.ts'
import type { RunReader } from '../run-store.ts'
import { shellCommandsOf } from './shell-commands.ts'
import type { ExecuteNodeRequest, ShellActivities, ShellStep } from './shell-types.ts'

const HEARTBEAT_MS = 3_000
const PAGE = 1_000

export interface ActivityPorts {
  readonly committer: Committer
  readonly reader: RunReader
  /** Messages to a run that are not taken yet, oldest first. */
  readonly readInbox: (run: RunKey) => Promise<readonly FactToCommit[]>
  readonly executor: Omit<CarryOutPorts, 'stop' | 'hasStoredTimers' | 'onHeartbeat'>
}

/** The worker counts what runs at once, so a slot has nothing to give back. */
const FREE_SLOT: Slot = { release: () => undefined }

/** What the shell calls. Each answers with the commands after the shell's cursor, so no answer is ever missed. */
export function createShellActivities({ committer, reader, readInbox, executor }: ActivityPorts): ShellActivities {
  const stepAfter = async (tenantId: string, runId: string, cursor: number): Promise<ShellStep> => {
    const events: RunEvent[] = []
    for (let after = cursor; ; after = events.at(-1)?.seq ?? after) {
      const page = await reader.readEvents(tenantId, runId, after, PAGE)
      events.push(...page)
      if (page.length < PAGE) break
    }
    const commands = await committer.look({ tenantId, runId }, (session) =>
      shellCommandsOf(events, (nodeRunId) => planNodeOf(session, nodeRunId)),
    )
    // A run that is gone (its tenant was erased) needs no shell.
    if (commands === null) return { cursor, commands: [{ seq: Number.MAX_SAFE_INTEGER, type: 'close_run' }] }
    return { cursor: events.at(-1)?.seq ?? cursor, commands }
  }

  const executeAttempt = async (place: PassPlace, stop: AbortSignal): Promise<void> => {
    const begun = await beginAttempt(place, FREE_SLOT, executor, { isStale: true })
    if (begun.kind === 'gone' || begun.kind === 'settled') return
    if (begun.kind === 'later') throw retryAt(begun.nextAt, executor.now())
    const onHeartbeat = () => Context.current().heartbeat()
    const done = await carryOut(begun.started, { ...executor, stop, hasStoredTimers: false, onHeartbeat })
    if (done.kind === 'retry') throw retryAt(done.nextAt, executor.now())
    if (done.kind === 'left') throw retryAt(executor.now(), executor.now())
  }

  return {
    executeNode: async (request) => {
      const stopBeating = beat()
      const { signal: stop, release } = stopSignal()
      try {
        await executeAttempt(placeOf(request), stop)
        return await stepAfter(request.tenantId, request.runId, request.cursor)
      } finally {
        release()
        stopBeating()
      }
    },
    abandonNode: async (request) => {
      const begun = await beginAttempt(placeOf(request), FREE_SLOT, executor, { isStale: true })
      if (begun.kind === 'later') throw retryAt(begun.nextAt, executor.now())
      return stepAfter(request.tenantId, request.runId, request.cursor)
    },
    advance: async ({ tenantId, runId, cursor, timer }) => {
      await committer.commit({
        tenantId,
        runId,
        facts: await readInbox({ tenantId, runId }),
        isStale: true,
        // The shell's clock says that the timer is due; this machine's clock may lag behind it.
        ...(timer === null ? {} : { fireTimersDueAt: Math.max(timer.dueAt, executor.now()) }),
      })
      return stepAfter(tenantId, runId, cursor)
    },
  }
}

function placeOf({ tenantId, runId, nodeRunId, pass }: ExecuteNodeRequest): PassPlace {
  return { tenantId, runId, nodeRunId, pass }
}

/** Attempts are counted in the run log; to Temporal they are one activity that is tried again. */
function retryAt(at: number, now: number): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'next attempt',
    type: 'NEXT_ATTEMPT',
    nextRetryDelay: Math.max(1, at - now),
  })
}

function beat(): () => void {
  const context = Context.current()
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS)
  return () => clearInterval(timer)
}

/** Temporal's cancellation in the executor's words: the node run is canceled, or the worker goes. */
function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const { cancellationSignal } = Context.current()
  const controller = new AbortController()
  const onAbort = () => {
    const isShutdown = String(cancellationSignal.reason).includes('WORKER_SHUTDOWN')
    const reason: StopReason = isShutdown ? 'shutdown' : 'cancel'
    controller.abort(reason)
  }
  if (cancellationSignal.aborted) onAbort()
  else cancellationSignal.addEventListener('abort', onAbort, { once: true })
  return { signal: controller.signal, release: () => cancellationSignal.removeEventListener('abort', onAbort) }
}
