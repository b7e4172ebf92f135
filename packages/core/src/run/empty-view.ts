import type { NodeRunId } from '../ids.ts'
import { nodeIdOf } from './event-ids.ts'
import type { NodeRunView, RunView } from './view.ts'

/** Returns the view of a run before its first event. */
export function emptyRunView(): RunView {
  return {
    seq: 0,
    status: 'queued',
    trigger: null,
    startedAt: null,
    finishedAt: null,
    nodeRuns: new Map(),
    approvals: new Map(),
    parked: new Map(),
    waits: new Map(),
    pauses: [],
    migrations: [],
    engineChanges: [],
    compensation: null,
    outcome: null,
    endNodeRunId: null,
    error: null,
    cancelReason: null,
    rerunOf: null,
    handles: null,
  }
}

/** Returns the view of a node run before its first event. */
export function idleNodeRun(nodeRunId: NodeRunId): NodeRunView {
  return {
    nodeRunId,
    nodeId: nodeIdOf(nodeRunId),
    status: 'idle',
    attempt: 0,
    scheduledAt: null,
    startedAt: null,
    endedAt: null,
    attempts: [],
    port: null,
    input: null,
    output: null,
    error: null,
    nextAt: null,
    toolCalls: 0,
    iterations: null,
    calls: null,
    call: null,
    parkedWaitId: null,
    child: null,
    undoes: null,
    isReused: false,
    skipReason: null,
    isLoser: false,
  }
}

/** Checks whether a node run has been scheduled and has no outcome yet. */
export function isNodeRunOpen(nodeRun: NodeRunView): boolean {
  return nodeRun.scheduledAt !== null && nodeRun.endedAt === null
}
