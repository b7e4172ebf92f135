import type { NodeRunId, WaitId } from '../ids.ts'
import { idleNodeRun, isNodeRunOpen } from './empty-view.ts'
import { isRunOver } from './status.ts'
import type {
  ApprovalView,
  CompensationView,
  EngineChangeView,
  MigrationView,
  NodeRunView,
  ParkedView,
  RunView,
  WaitView,
} from './view.ts'

/** The part of a {@link RunView} that is not a collection. */
export type RunHead = Omit<RunView, 'nodeRuns' | 'approvals' | 'parked' | 'waits'>

/** A run view under construction; entries are replaced, never changed, so readers may keep them. */
export interface FoldState {
  head: RunHead
  readonly nodeRuns: Map<NodeRunId, NodeRunView>
  readonly approvals: Map<WaitId, ApprovalView>
  readonly parked: Map<WaitId, ParkedView>
  readonly waits: Map<WaitId, WaitView>
  readonly versions: Map<NodeRunId, number>
  /** Node runs that the current entry has changed. */
  readonly touched: Set<NodeRunId>
  open: number
  waiting: number
  /** True if the view lacks node runs that have ended: an event that begins none does not add them. */
  readonly isPartial: boolean
  /** True if the current entry may be the first of a node run. */
  isFirst: boolean
}

export function foldStateOf(view: RunView, { isPartial = false } = {}): FoldState {
  const { nodeRuns, approvals, parked, waits, ...head } = view
  const state: FoldState = {
    head,
    nodeRuns: new Map(nodeRuns),
    approvals: new Map(approvals),
    parked: new Map(parked),
    waits: new Map(waits),
    versions: new Map(),
    touched: new Set(),
    open: 0,
    waiting: 0,
    isPartial,
    isFirst: true,
  }
  for (const nodeRun of nodeRuns.values()) count(state, nodeRun, 1)
  return state
}

export function viewOf(state: FoldState): RunView {
  return {
    ...state.head,
    nodeRuns: new Map(state.nodeRuns),
    approvals: new Map(state.approvals),
    parked: new Map(state.parked),
    waits: new Map(state.waits),
  }
}

/** Checks whether a node run waits for others, of its iterations or of its calls: those are open then. */
function waitsForOthers({ status, iterations, calls, parkedWaitId }: NodeRunView): boolean {
  return status === 'waiting' && (iterations !== null || calls?.isOpen === true) && parkedWaitId === null
}

function count(state: FoldState, nodeRun: NodeRunView, by: 1 | -1): void {
  if (!isNodeRunOpen(nodeRun) || waitsForOthers(nodeRun)) return
  state.open += by
  if (nodeRun.status === 'waiting') state.waiting += by
}

/** Updates one node run; `change` gets the current view and returns the changed fields. */
export function patchNodeRun(
  state: FoldState,
  nodeRunId: NodeRunId,
  change: (nodeRun: NodeRunView) => Partial<NodeRunView>,
): void {
  const known = state.nodeRuns.get(nodeRunId)
  if (known === undefined && state.isPartial && !state.isFirst) return
  const before = known ?? idleNodeRun(nodeRunId)
  const after = { ...before, ...change(before) }
  count(state, before, -1)
  count(state, after, 1)
  state.nodeRuns.set(nodeRunId, after)
  state.versions.set(nodeRunId, (state.versions.get(nodeRunId) ?? 0) + 1)
  state.touched.add(nodeRunId)
}

export function patchApproval(state: FoldState, waitId: WaitId, patch: (approval: ApprovalView) => ApprovalView): void {
  const approval = state.approvals.get(waitId)
  if (approval !== undefined) state.approvals.set(waitId, patch(approval))
}

export function patchWait(state: FoldState, waitId: WaitId, patch: Partial<WaitView>): void {
  const wait = state.waits.get(waitId)
  if (wait !== undefined) state.waits.set(waitId, { ...wait, ...patch })
}

export function patchParked(state: FoldState, waitId: WaitId, patch: Partial<ParkedView>): ParkedView | undefined {
  const parked = state.parked.get(waitId)
  if (parked === undefined) return undefined
  const after = { ...parked, ...patch }
  state.parked.set(waitId, after)
  return after
}

export function patchMigration(state: FoldState, requestId: string, patch: Partial<MigrationView>): void {
  const migrations = state.head.migrations.map((each) => (each.requestId === requestId ? { ...each, ...patch } : each))
  state.head = { ...state.head, migrations }
}

export function patchEngineChange(state: FoldState, requestId: string, patch: Partial<EngineChangeView>): void {
  const engineChanges = state.head.engineChanges.map((each) =>
    each.requestId === requestId ? { ...each, ...patch } : each,
  )
  state.head = { ...state.head, engineChanges }
}

export function patchCompensation(
  state: FoldState,
  change: (compensation: CompensationView) => Partial<CompensationView>,
): void {
  const { compensation } = state.head
  if (compensation === null) return
  state.head = { ...state.head, compensation: { ...compensation, ...change(compensation) } }
}

function isWaiting({ open, waiting }: FoldState): boolean {
  return open > 0 && open === waiting
}

/** Checks whether the last pause of the run has not ended. */
function isPaused({ pauses }: RunHead): boolean {
  return pauses.at(-1)?.resumedAt === null
}

/**
 * Updates the status of the run: it is paused until it is resumed or ends, and waiting if all open node runs wait. A loop
 * does not count while it waits for its iterations, nor a caller while it waits for its calls; those node runs do.
 */
export function deriveRunStatus(state: FoldState): void {
  const { status } = state.head
  if (status === 'queued' || isRunOver(status)) return
  const next = isPaused(state.head) ? 'paused' : isWaiting(state) ? 'waiting' : 'running'
  if (next !== status) state.head = { ...state.head, status: next }
}
