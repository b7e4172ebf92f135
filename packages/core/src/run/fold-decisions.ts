import { beginAttempt, endOpenAttempts } from './fold-attempts.ts'
import { closeCalls, endCall, openCalls } from './fold-calls.ts'
import {
  type FoldState,
  patchApproval,
  patchCompensation,
  patchEngineChange,
  patchMigration,
  patchNodeRun,
  patchParked,
  patchWait,
} from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { SkipReason } from './reasons.ts'
import type { IterationsView, NodeRunView, ParkedView } from './view.ts'

/** Returns the view of a skipped node run, without the attempt that evaluated its condition. */
function skipped(nodeRun: NodeRunView, skipReason: SkipReason, at: number): Partial<NodeRunView> {
  const endedAt = nodeRun.endedAt ?? at
  return { status: 'skipped', attempt: 0, attempts: [], startedAt: null, nextAt: null, endedAt, skipReason }
}

/** Failed iterations that a view lists. */
const MAX_LISTED_FAILURES = 1_000

function withEnd(
  iterations: IterationsView,
  { index, how, endedBy }: Extract<LogEntry, { readonly type: 'iteration_ended' }>['data'],
): IterationsView {
  const isListed = how === 'failed' && iterations.failed.length < MAX_LISTED_FAILURES
  const failed = isListed ? [...iterations.failed, index] : iterations.failed
  const stoppedAt = endedBy === 'break' ? index : iterations.stoppedAt
  return { ...iterations, ended: iterations.ended + 1, failed, stoppedAt }
}

/** Status of a node run whose outcome was reused, as in the earlier run. */
const REUSED_STATUS = { completed: 'success', skipped: 'skipped', continue: 'failed', route: 'failed' } as const

/** Ends the wait of a parked node run. One that runs again waits until its next pass is scheduled. */
function unpark(state: FoldState, { nodeRunId, resolution }: ParkedView, at: number): void {
  const runsAgain = resolution?.kind === 'retry' || resolution?.kind === 'retry_with_params'
  const end = runsAgain ? {} : ({ status: 'failed', endedAt: at } as const)
  patchNodeRun(state, nodeRunId, () => ({ parkedWaitId: null, ...end }))
}

/** Applies a decision to the view; `foldOccurrence` handles the other entries. */
export function foldDecision(state: FoldState, entry: LogEntry): void {
  const { at } = entry
  switch (entry.type) {
    case 'node_scheduled': {
      const { pass, mode, undoes, params } = entry.data
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        scheduledAt: nodeRun.scheduledAt ?? at,
        // A node that was skipped may start in the version to which the run has moved.
        endedAt: null,
        skipReason: null,
        undoes: nodeRun.undoes ?? undoes ?? null,
        status: mode === 'inline' || nodeRun.startedAt !== null ? 'running' : 'idle',
        ...(mode === 'inline' ? beginAttempt(nodeRun, pass, 1, at) : {}),
        // No template of the document gives the params of a call again.
        ...(mode === 'inline' && nodeRun.call !== null && params !== undefined ? { input: params } : {}),
      }))
      return
    }
    case 'node_reused': {
      const { how, port, output, error = null } = entry.data
      const status = REUSED_STATUS[how]
      patchNodeRun(state, entry.nodeRunId, () => ({ status, port, output, error, endedAt: at, isReused: true }))
      return
    }
    case 'join_fired':
      for (const loser of entry.data.losers) {
        if (state.nodeRuns.has(loser)) patchNodeRun(state, loser, () => ({ isLoser: true }))
      }
      return
    case 'nodes_skipped': {
      const { nodeRunIds, reason } = entry.data
      for (const nodeRunId of nodeRunIds) patchNodeRun(state, nodeRunId, (nodeRun) => skipped(nodeRun, reason, at))
      return
    }
    case 'join_unsatisfied': {
      const { error } = entry.data
      patchNodeRun(state, entry.nodeRunId, () => ({ status: 'failed', error, endedAt: at }))
      return
    }
    case 'node_dropped':
      patchNodeRun(state, entry.nodeRunId, () => ({ status: 'canceled', endedAt: at }))
      return
    case 'failure_handled': {
      const { how, port, output } = entry.data
      const success = how === 'supplied' ? ({ status: 'success', error: null } as const) : {}
      patchNodeRun(state, entry.nodeRunId, () => ({ port, output, ...success }))
      return
    }
    case 'node_parked': {
      const { waitId, error, fingerprint, resolutions } = entry.data
      const { nodeRunId } = entry
      const parked = { waitId, nodeRunId, error, fingerprint, resolutions, parkedAt: at }
      state.parked.set(waitId, { ...parked, resolution: null, closed: null })
      patchNodeRun(state, nodeRunId, ({ scheduledAt }) => ({
        status: 'waiting',
        error,
        // A node whose join was not satisfied was never scheduled.
        scheduledAt: scheduledAt ?? at,
        endedAt: null,
        parkedWaitId: waitId,
      }))
      return
    }
    case 'approval_needed': {
      const { waitId, waitFor } = entry.data
      const { nodeRunId } = entry
      state.approvals.set(waitId, { waitId, nodeRunId, waitFor, votes: [], openedAt: at, closed: null })
      // A call waits before its first pass.
      if (waitFor.call !== undefined) patchNodeRun(state, nodeRunId, () => ({ status: 'waiting', scheduledAt: at }))
      return
    }
    case 'wait_closed': {
      const { waitId, how } = entry.data
      const parked = how === 'timeout' ? undefined : patchParked(state, waitId, { closed: how })
      if (parked !== undefined) unpark(state, parked, at)
      patchApproval(state, waitId, (approval) => ({ ...approval, closed: how }))
      patchWait(state, waitId, { closed: how })
      closeCalls(state, entry.nodeRunId, waitId)
      if (how !== 'canceled') return
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'canceled',
        endedAt: at,
        ...endOpenAttempts(nodeRun, at, 'canceled'),
      }))
      return
    }
    case 'wait_opened': {
      const { waitId, waitFor } = entry.data
      if (waitFor.kind === 'calls') {
        openCalls(state, entry.nodeRunId, waitId, waitFor)
        return
      }
      if (waitFor.kind !== 'iterations') {
        const { nodeRunId } = entry
        state.waits.set(waitId, { waitId, nodeRunId, waitFor, openedAt: at, event: null, closed: null })
        return
      }
      const begun = { started: 0, ended: 0, failed: [], stoppedAt: null }
      patchNodeRun(state, entry.nodeRunId, ({ iterations }) => ({
        status: 'waiting',
        iterations: { ...(iterations ?? begun), count: waitFor.count },
      }))
      return
    }
    case 'child_requested': {
      const { childRunId: runId, workflowId, version, isAwaited } = entry.data.waitFor
      const child = { runId, workflowId, version, isAwaited, end: null }
      patchNodeRun(state, entry.nodeRunId, () => ({ child }))
      return
    }
    case 'call_ended':
      endCall(state, entry)
      return
    case 'iteration_started':
      patchNodeRun(state, entry.nodeRunId, ({ iterations }) =>
        iterations === null ? {} : { iterations: { ...iterations, started: iterations.started + 1 } },
      )
      return
    case 'iteration_ended':
      patchNodeRun(state, entry.nodeRunId, ({ iterations }) =>
        iterations === null ? {} : { iterations: withEnd(iterations, entry.data) },
      )
      return
    case 'run_paused': {
      const pause = { pausedAt: at, pausedBy: entry.data.actor, resumedAt: null, resumedBy: null }
      state.head = { ...state.head, pauses: [...state.head.pauses, pause] }
      return
    }
    case 'run_resumed': {
      const last = state.head.pauses.length - 1
      const pauses = state.head.pauses.map((pause, index) =>
        index === last ? { ...pause, resumedAt: at, resumedBy: entry.data.actor } : pause,
      )
      state.head = { ...state.head, pauses }
      return
    }
    case 'run_migrated':
      patchMigration(state, entry.data.requestId, { outcome: 'moved', endedAt: at })
      return
    case 'migration_refused': {
      const { requestId, reason, blockers } = entry.data
      patchMigration(state, requestId, { outcome: reason, endedAt: at, blockers })
      return
    }
    case 'engine_changed':
      patchEngineChange(state, entry.data.requestId, { outcome: 'changed', endedAt: at })
      return
    case 'engine_change_refused':
      patchEngineChange(state, entry.data.requestId, { outcome: entry.data.reason, endedAt: at })
      return
    case 'compensation_started': {
      const { because, count } = entry.data
      const none = { undone: 0, skipped: 0, skippedBy: null, endedAt: null }
      state.head = { ...state.head, compensation: { because, count, startedAt: at, ...none } }
      return
    }
    case 'node_compensated': {
      const { how } = entry.data
      patchCompensation(state, ({ [how]: count }) => ({ [how]: count + 1 }))
      if (how === 'undone') patchNodeRun(state, entry.nodeRunId, () => ({ status: 'compensated' }))
      return
    }
    case 'compensation_ended':
      patchCompensation(state, () => ({ endedAt: at }))
      return
    case 'run_completed': {
      const { outcome, endNodeRunId } = entry.data
      state.head = { ...state.head, status: 'completed', finishedAt: at, outcome, endNodeRunId }
      return
    }
    case 'run_error':
      state.head = { ...state.head, status: 'failed', finishedAt: at, error: entry.data.error }
      return
    case 'run_canceled':
      state.head = { ...state.head, status: 'canceled', finishedAt: at, cancelReason: entry.data.reason }
      return
  }
}
