import type {
  ApprovalWait,
  CallsWait,
  CancelReason,
  EngineChangeRequest,
  IterationsWait,
  MigrateRequest,
  NodeCancelReason,
  NodeResume,
  NodeWait,
  ParkResolutionKind,
  ReusedOutcome,
  RunEngine,
  RunFailure,
  StoredVote,
  ValueRef,
} from '@tenon/core/run'

/** Phase of a node in a frame. `ready` exists only within a turn and while the run holds what would start. */
export const PHASE = Object.freeze({ pending: 0, ready: 1, open: 2, finished: 3 })

/** Input of the pass after a wait. */
export interface NextPass {
  /** Result of the wait; `null` for a pass like the first one. */
  readonly resume: NodeResume | null
  /** Params that a person gave instead of those of the document; `null` without such. */
  readonly params: ValueRef | null
}

/** Wait of a node run that failed for good, for the decision of a person. */
export interface ParkedWait {
  readonly kind: 'parked'
  readonly error: RunFailure
  readonly resolutions: readonly ParkResolutionKind[]
  readonly dueAt: null
}

/** Next pass of a node run whose wait ended while the run was paused: the next pass is scheduled when the run is resumed. */
interface PausedPass extends NextPass {
  /** Turn in which the wait ended. */
  readonly turn: number
}

export interface OpenWait {
  readonly waitId: string
  readonly waitFor: NodeWait | ApprovalWait | ParkedWait
  readonly votes: readonly StoredVote[]
  /** `null` as long as the wait is open. */
  readonly held: PausedPass | null
}

/** A node run that has been scheduled and has no outcome yet. */
export interface OpenRun extends NextPass {
  readonly pass: number
  readonly scheduledAt: number
  /** True if its cancelation was requested; any outcome ends it then. */
  readonly canceling: boolean
  readonly wait: OpenWait | null
}

/** Output of a node with its port. */
export interface NodeOutput {
  readonly port: string
  readonly output: ValueRef
}

/** End of a call, for its caller. */
export type CallEnd =
  | { readonly how: 'completed'; readonly port: string; readonly output: ValueRef }
  | { readonly how: 'failed'; readonly error: RunFailure }
  | { readonly how: 'canceled' }

/** Calls of the last suspension for calls of an open node run; kept for its next pass. */
export interface CallsState {
  readonly pass: number
  readonly waitFor: CallsWait
  /** Params that people gave instead of those of a call, by its index. */
  readonly edited: Map<number, ValueRef>
  /** Calls that have ended, by their index. */
  readonly ended: Map<number, CallEnd>
}

/** Result of an iteration that has ended: its output (`null` if it has none), or its failure without details. */
export interface IterationEnd {
  readonly output: ValueRef | null
  readonly error: Pick<RunFailure, 'code' | 'message'> | null
}

/** Failure of a loop itself, not of one of its iterations. */
export interface LoopFault {
  readonly code: 'LOOP_RESULTS_TOO_LARGE' | 'LOOP_RUNS_NOTHING' | 'RUN_TOO_LONG'
  readonly message: string
  readonly remedy: string
}

/** Iterations of an open loop. */
export interface LoopState {
  waitFor: IterationsWait
  /** Index of the next iteration to start. */
  next: number
  /** True if no iteration starts any more: one has failed or ended the loop, or the loop is being canceled. */
  stopped: boolean
  /** Index of the iteration that ended the loop with a break; `null` without one. */
  stoppedAt: number | null
  /** Failure of the loop itself, whatever it does with failed iterations; `null` without one. */
  fault: LoopFault | null
  /** Number of the last iterations, in a row, in which no node was scheduled. */
  idleCount: number
  /** Number of iterations that have ended, without those that were canceled. */
  endedCount: number
  failedCount: number
  /** Bytes of the results. */
  resultBytes: number
  /** Iterations whose frame is open. */
  readonly running: Map<number, true>
  /** Results that the loop gets, by iteration. */
  readonly ended: Map<number, IterationEnd>
}

/**
 * Reason why a frame ends without completing; decided once, applied when no node run of it is open.
 * `iteration_failed` cancels the iterations beside a failed one.
 */
export type Ending =
  | { readonly kind: 'failed'; readonly error: RunFailure; readonly nodeRunId: string }
  | { readonly kind: 'canceled'; readonly reason: CancelReason | NodeCancelReason }

/** End of an iteration by a break or a continue inside it, with its result. */
export interface EarlyEnd {
  readonly by: 'break' | 'continue'
  readonly output: ValueRef
}

/** Data of an iteration that has ended, for the nodes that undo those in it. */
export interface KeptRound {
  /** List of the values of all iterations; `null` if they have none. */
  readonly items: ValueRef | null
  /** Result of the iteration before; `null` as in `RoundView`. */
  readonly previous: ValueRef | null
}

/** Progress of a run that undoes what it has done. */
export interface CompensationState {
  /** Number of node runs to undo. */
  readonly count: number
  readonly undone: number
  readonly skipped: number
  /** Node run that is being undone, and the one that undoes it; `null` between two. */
  readonly current: { readonly undoes: string; readonly by: string } | null
  /** True if the current one has completed. */
  readonly isDone: boolean
}

/** State of one level of nodes: of the run itself, or of one iteration. Lists have an entry for each node. */
export interface FrameState {
  ending: Ending | null
  /** Early end of the iteration, which then counts as completed although its ending cancels what is open. */
  earlyEnd: EarlyEnd | null
  readonly phases: number[]
  /** Last pass that was scheduled; 0 before the first. */
  readonly passes: number[]
  /** Incoming edges whose source is not finished. */
  readonly pendingEdges: number[]
  /** Live incoming edges. */
  readonly arrivals: number[]
  /** Live incoming edges by neither an `error` port nor `continue`. */
  readonly cleanArrivals: number[]
  /** Turn of the first pass; 0 before. */
  readonly scheduledTurns: number[]
  /** Turn in which the node ended; 0 before. */
  readonly finishedTurns: number[]
  readonly open: Map<number, OpenRun>
  readonly outputs: Map<number, NodeOutput>
  /** Nodes whose first pass a pause holds, with the turn in which they became ready. */
  readonly held: Map<number, number>
  /** Open loops that have begun their iterations. */
  readonly loops: Map<number, LoopState>
  /** Calls of open node runs. */
  readonly calls: Map<number, CallsState>
  /** True if a node run of the frame, or of one inside it, can be undone: it is kept until the run ends. */
  hasUndoable: boolean
  /** Set once the iteration has ended; its frame is then only there for nodes that undo others. */
  ended: KeptRound | null
  /** Outputs of node runs that completed while they were being canceled, and can be undone. */
  readonly lateOutputs: Map<number, NodeOutput>
  /** Nodes that ended after a failure that was handled: their live edges are not clean. */
  readonly handled: Map<number, true>
  /** Parked nodes that got other params when the run moved to another version, with the hash of its plan. */
  readonly revisions: Map<number, string>
}

/** State of a run beside its frames. */
export interface RunState {
  /** Number of facts with an effect. */
  turn: number
  /** Semantics of the run; 0 before the start. */
  semantics: number
  over: boolean
  /** True if the deadline timer is set. */
  deadline: boolean
  /** True from a pause to its resumption; it stays true if the run ends before that. */
  paused: boolean
  /** Request to move to another version that waits for the end of the nodes in progress: until then nothing starts. */
  migration: MigrateRequest | null
  /** Version to which the run has moved last; `null` if it has its first one. */
  version: string | null
  /** Request that another engine executes the run, which waits for the end of the nodes in progress: until then nothing starts. */
  engineChange: EngineChangeRequest | null
  /** Engine to which the run has changed last; `null` if it has its first one. */
  engine: RunEngine | null
  /** First reached end in document order; `null` if none. */
  reachedEnd: { readonly index: number; readonly outcome: string } | null
  /** Number of open node runs in all frames. */
  openCount: number
  /** Number of open node runs that wait. */
  waiting: number
  /** Number of iterations that have begun. */
  iterationCount: number
  /** Bytes of the results that open loops keep. */
  resultBytes: number
  /** Bytes of outputs in the frames of ended iterations that are kept, as far as the frames hold them. */
  keptBytes: number
  /** Completed node runs that are still to be undone if the run does not complete, the last one last. */
  readonly undoable: string[]
  /** Set once the run has begun to undo what it has done. */
  compensation: CompensationState | null
  /** True if a person ended the run without undoing the rest. */
  isCompensationSkipped: boolean
  /** Turns of the applied requests to pause, to resume, to move and to change the engine, by request id. */
  readonly requests: Map<string, number>
  /** True once the outcomes of an earlier run are known. */
  hasReused: boolean
  /** Outcomes of an earlier run that nodes outside of loops have yet to end with, by node. */
  readonly reusable: Map<number, ReusedOutcome>
}

/** Creates the state of a run before its first fact. */
export function createRunState(): RunState {
  return {
    turn: 0,
    semantics: 0,
    over: false,
    deadline: false,
    paused: false,
    migration: null,
    version: null,
    engineChange: null,
    engine: null,
    reachedEnd: null,
    openCount: 0,
    waiting: 0,
    iterationCount: 0,
    resultBytes: 0,
    keptBytes: 0,
    undoable: [],
    compensation: null,
    isCompensationSkipped: false,
    requests: new Map(),
    hasReused: false,
    reusable: new Map(),
  }
}

/** Creates the state of a frame in which no node has started. */
export function createFrameState(incomingCounts: readonly number[]): FrameState {
  const zeros = (): number[] => incomingCounts.map(() => 0)
  return {
    ending: null,
    earlyEnd: null,
    phases: zeros(),
    passes: zeros(),
    pendingEdges: [...incomingCounts],
    arrivals: zeros(),
    cleanArrivals: zeros(),
    scheduledTurns: zeros(),
    finishedTurns: zeros(),
    open: new Map(),
    outputs: new Map(),
    held: new Map(),
    loops: new Map(),
    calls: new Map(),
    hasUndoable: false,
    ended: null,
    lateOutputs: new Map(),
    handled: new Map(),
    revisions: new Map(),
  }
}

/** Returns the keys of a map by index, ascending: for nodes, in document order. */
export function inDocumentOrder(map: ReadonlyMap<number, unknown>): readonly number[] {
  return [...map.keys()].sort((a, b) => a - b)
}
