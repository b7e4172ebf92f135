import type { Resume, Vote, WaitFor } from '@tenon/core/node'
import type { CancelReason, RunFailure, ValueRef } from '@tenon/core/run'

/** Phase of a node in a run. `ready` exists only within a turn and while the run is paused. */
export const PHASE = Object.freeze({ pending: 0, ready: 1, open: 2, finished: 3 })

/** Result of a wait that ended while the run was paused: the next pass is scheduled when the run is resumed. */
interface PausedPass {
  readonly resume: Resume
  /** Turn in which the wait ended. */
  readonly turn: number
}

export interface OpenWait {
  readonly waitId: string
  readonly waitFor: WaitFor
  readonly votes: readonly Vote[]
  /** `null` as long as the wait is open. */
  readonly held: PausedPass | null
}

/** A node run that has been scheduled and has no outcome yet. */
export interface OpenRun {
  readonly pass: number
  readonly resume: Resume | null
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

/** Reason why a run ends without completing; decided once, applied when no node run is open. */
export type Ending =
  | { readonly kind: 'failed'; readonly error: RunFailure; readonly nodeId: string | null }
  | { readonly kind: 'canceled'; readonly reason: CancelReason }

/** State of a run. Lists have an entry for each node of the plan. */
export interface RunState {
  /** Number of facts with an effect. */
  turn: number
  /** Semantics of the run; 0 before the start. */
  semantics: number
  over: boolean
  ending: Ending | null
  /** True if the deadline timer is set. */
  deadline: boolean
  /** True from a pause to its resumption; it stays true if the run ends before that. */
  paused: boolean
  /** First reached end in document order; `null` if none. */
  reachedEnd: { readonly index: number; readonly outcome: string } | null
  /** Number of open node runs that wait. */
  waiting: number
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
  /** Turns of the applied requests to pause and to resume, by request id. */
  readonly requests: Map<string, number>
}

/** Creates the state of a run before its first fact. */
export function createRunState(incomingCounts: readonly number[]): RunState {
  const zeros = (): number[] => incomingCounts.map(() => 0)
  return {
    turn: 0,
    semantics: 0,
    over: false,
    ending: null,
    deadline: false,
    paused: false,
    reachedEnd: null,
    waiting: 0,
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
    requests: new Map(),
  }
}

/** Returns the keys of a map by node index, in document order. */
export function inDocumentOrder(map: ReadonlyMap<number, unknown>): readonly number[] {
  return [...map.keys()].sort((a, b) => a - b)
}
