import { TenonError } from '@tenon/core/errors'
import { entryOf } from './lookup.ts'
import type { MachineSnapshot } from './machine-types.ts'
import { inDocumentOrder, type NodeOutput, type OpenRun, type RunState } from './state.ts'

/** Version of the format of snapshots; state of other versions is rebuilt from the facts. */
export const STATE_VERSION = 3

type Entries<Value, Key = number> = readonly (readonly [Key, Value])[]

/** State without its collections by key, which are stored as lists of entries. */
type PlainState = Omit<RunState, 'open' | 'outputs' | 'held' | 'requests'>

interface StoredState extends PlainState {
  readonly planHash: string
  readonly open: Entries<OpenRun>
  readonly outputs: Entries<NodeOutput>
  readonly held: Entries<number>
  readonly requests: Entries<number, string>
}

function entriesOf<Value>(map: ReadonlyMap<number, Value>): Entries<Value> {
  return inDocumentOrder(map).map((index) => [index, entryOf(map, index)] as const)
}

function copyLists(state: PlainState): PlainState {
  return {
    turn: state.turn,
    semantics: state.semantics,
    over: state.over,
    ending: state.ending,
    deadline: state.deadline,
    paused: state.paused,
    reachedEnd: state.reachedEnd,
    waiting: state.waiting,
    phases: [...state.phases],
    passes: [...state.passes],
    pendingEdges: [...state.pendingEdges],
    arrivals: [...state.arrivals],
    cleanArrivals: [...state.cleanArrivals],
    scheduledTurns: [...state.scheduledTurns],
    finishedTurns: [...state.finishedTurns],
  }
}

/** Copies a state to plain JSON. */
export function snapshotOf(state: RunState, planHash: string): MachineSnapshot {
  const stored: StoredState = {
    planHash,
    ...copyLists(state),
    open: entriesOf(state.open),
    outputs: entriesOf(state.outputs),
    held: entriesOf(state.held),
    requests: [...state.requests],
  }
  return { stateVersion: STATE_VERSION, state: stored }
}

/**
 * Reads a snapshot into a fresh state.
 *
 * @throws {@link TenonError} `SNAPSHOT_UNREADABLE` if it is of another version or of another plan; rebuild
 * the machine from the facts then.
 */
export function restoreState(snapshot: MachineSnapshot, planHash: string): RunState {
  const stored = snapshot.state as StoredState | null
  if (snapshot.stateVersion !== STATE_VERSION || stored?.planHash !== planHash) {
    throw new TenonError('SNAPSHOT_UNREADABLE', 'The snapshot is of another version or of another plan', {
      details: { stateVersion: snapshot.stateVersion, expected: STATE_VERSION },
    })
  }
  return {
    ...copyLists(stored),
    open: new Map(stored.open),
    outputs: new Map(stored.outputs),
    held: new Map(stored.held),
    requests: new Map(stored.requests),
  }
}
