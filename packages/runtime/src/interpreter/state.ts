import type { Resume, Vote, WaitFor } from '@tenon/core/node'
import type { CancelReason, RunFailure, ValueRef } from '@tenon/core/run'

/** Where a node of a run stands. `ready` exists within a turn only. */
export const PHASE = Object.freeze({ pending: 0, ready: 1, open: 2, finished: 3 })

export interface OpenWait {
  readonly waitId: string
  readonly waitFor: WaitFor
  readonly votes: readonly Vote[]
}

/** A node run that has been scheduled and has no outcome yet. */
export interface OpenRun {
  readonly pass: number
  readonly resume: Resume | null
  readonly scheduledAt: number
  /** Its cancelation has been asked for; whatever it answers is its end. */
  readonly canceling: boolean
  readonly wait: OpenWait | null
}

/** What left a node, by which port. */
export interface NodeOutput {
  readonly port: string
  readonly output: ValueRef
}

/** Why a run ends without completing; decided once, carried out when nothing is open. */
export type Ending =
  | { readonly kind: 'failed'; readonly error: RunFailure; readonly nodeId: string | null }
  | { readonly kind: 'canceled'; readonly reason: CancelReason }

/** The whole state of a run. Lists have an entry for each node of the plan. */
export interface RunState {
  /** Facts that mattered so far. */
  turn: number
  /** 0 before the start. */
  semantics: number
  over: boolean
  ending: Ending | null
  /** Whether the deadline timer is set. */
  deadline: boolean
  /** The first end in document order that was reached. */
  reachedEnd: { readonly index: number; readonly outcome: string } | null
  /** How many of the open node runs wait. */
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
  /** Turn in which the output came to be; 0 before. */
  readonly finishedTurns: number[]
  readonly open: Map<number, OpenRun>
  readonly outputs: Map<number, NodeOutput>
}

/** The state of a run before its first fact. */
export function createRunState(incomingCounts: readonly number[]): RunState {
  const zeros = (): number[] => incomingCounts.map(() => 0)
  return {
    turn: 0,
    semantics: 0,
    over: false,
    ending: null,
    deadline: false,
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
  }
}

/** Keys of a map by node index, in document order. */
export function inDocumentOrder(map: ReadonlyMap<number, unknown>): readonly number[] {
  return [...map.keys()].sort((a, b) => a - b)
}
