import { nodeRunIdOfWait } from './event-ids.ts'
import { beginAttempt, endAttempt, endOpenAttempts } from './fold-attempts.ts'
import { type FoldState, patchApproval, patchCompensation, patchNodeRun, patchParked, patchWait } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { NodeWait } from './waits.ts'

function isForOthers({ kind }: NodeWait): boolean {
  return kind === 'iterations' || kind === 'calls'
}

/** Applies a fact or an observation to the view; `foldDecision` handles the other entries. */
export function foldOccurrence(state: FoldState, entry: LogEntry): void {
  const { at } = entry
  switch (entry.type) {
    case 'run_started': {
      const { rerunOf = null, handles = null, trigger } = entry.data
      state.head = { ...state.head, status: 'running', trigger, startedAt: at, rerunOf, handles }
      return
    }
    case 'node_started': {
      const { pass, attempt, input } = entry.data
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'running',
        input,
        ...beginAttempt(nodeRun, pass, attempt, at),
      }))
      return
    }
    case 'node_error': {
      const { nextAt } = entry.data
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: nextAt === null ? nodeRun.status : 'retry',
        ...endAttempt(nodeRun, { ...entry.data, at, how: 'failed' }),
      }))
      return
    }
    case 'attempt_lost':
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'retry',
        ...endAttempt(nodeRun, { ...entry.data, at, how: 'lost' }),
      }))
      return
    case 'tool_call':
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({ toolCalls: nodeRun.toolCalls + 1 }))
      return
    case 'node_completed': {
      const { pass, attempt, durationMs, port, output } = entry.data
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'success',
        port,
        output,
        error: null,
        endedAt: at,
        ...endAttempt(nodeRun, { pass, attempt, durationMs, at, how: 'success' }),
      }))
      return
    }
    case 'node_failed': {
      const { error } = entry.data
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'failed',
        error,
        endedAt: at,
        ...endAttempt(nodeRun, { ...entry.data, at, how: 'failed' }),
      }))
      return
    }
    case 'node_canceled':
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        status: 'canceled',
        endedAt: at,
        ...endOpenAttempts(nodeRun, at, 'canceled'),
      }))
      return
    case 'node_suspended':
      patchNodeRun(state, entry.nodeRunId, (nodeRun) => ({
        // The wait for iterations or calls begins with the decision that opens it.
        status: isForOthers(entry.data.waitFor) ? 'running' : 'waiting',
        ...endOpenAttempts(nodeRun, at, 'waiting'),
      }))
      return
    case 'parked_resolved': {
      const { waitId, resolution, actor } = entry.data
      patchParked(state, waitId, { resolution: { kind: resolution.kind, actor, at } })
      return
    }
    case 'migrate_requested': {
      const { planHash: _planHash, ...request } = entry.data
      const migration = { ...request, requestedAt: at, outcome: null, endedAt: null, blockers: [] }
      state.head = { ...state.head, migrations: [...state.head.migrations, migration] }
      return
    }
    case 'engine_change_requested': {
      // A withdrawal is no change.
      if (entry.data.from === entry.data.to) return
      const change = { ...entry.data, requestedAt: at, outcome: null, endedAt: null }
      state.head = { ...state.head, engineChanges: [...state.head.engineChanges, change] }
      return
    }
    case 'event_received': {
      const { waitId, eventId, actor, receivedAt } = entry.data
      patchWait(state, waitId, { event: { eventId, actor, receivedAt } })
      return
    }
    case 'compensation_skip_requested':
      patchCompensation(state, () => ({ skippedBy: entry.data.actor }))
      return
    case 'child_finished': {
      const { waitId, status: end } = entry.data
      patchNodeRun(state, nodeRunIdOfWait(waitId), ({ child }) => (child === null ? {} : { child: { ...child, end } }))
      return
    }
    case 'approval_decided': {
      const { waitId, vote } = entry.data
      patchApproval(state, waitId, (approval) => ({ ...approval, votes: [...approval.votes, vote] }))
      return
    }
  }
}
