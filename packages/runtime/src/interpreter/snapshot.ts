import { TenonError } from '@tenon/core/errors'
import type { ReusedOutcome, ValueRef } from '@tenon/core/run'
import { levelOfCalls } from './call-frames.ts'
import { createFrame, type FrameContext, keyOf, nodeAt, type RunContext } from './context.ts'
import { framesInOrder } from './frames-in-order.ts'
import { entryOf } from './lookup.ts'
import type { MachineSnapshot } from './machine-types.ts'
import {
  type CallEnd,
  type CallsState,
  type FrameState,
  type IterationEnd,
  inDocumentOrder,
  type KeptRound,
  type LoopState,
  type NodeOutput,
  type OpenRun,
  type RunState,
} from './state.ts'

/** Version of the format of snapshots; state of other versions is rebuilt from the facts. */
export const STATE_VERSION = 12

type Entries<Value, Key = number> = readonly (readonly [Key, Value])[]

interface StoredCalls extends Omit<CallsState, 'edited' | 'ended'> {
  readonly edited: Entries<ValueRef>
  readonly ended: Entries<CallEnd>
}

interface StoredLoop extends Omit<LoopState, 'running' | 'ended'> {
  readonly running: readonly number[]
  readonly ended: Entries<IterationEnd>
}

type Collection = 'ended' | 'open' | 'outputs' | 'held' | 'loops' | 'calls' | 'lateOutputs' | 'handled' | 'revisions'

/** State of a frame, with lists of entries for its collections by node. */
interface StoredFrame extends Omit<FrameState, Collection> {
  readonly key: string
  /** Iteration with the key of the loop's frame; `null` for the frame of the run itself. */
  readonly iteration: { readonly parent: string; readonly loop: number; readonly path: readonly number[] } | null
  /** Caller with the key of its frame; `null` for other frames than those of calls. */
  readonly caller: { readonly parent: string; readonly caller: number; readonly pass: number } | null
  readonly open: Entries<OpenRun>
  readonly outputs: Entries<NodeOutput>
  readonly held: Entries<number>
  readonly loops: Entries<StoredLoop>
  readonly calls: Entries<StoredCalls>
  readonly lateOutputs: Entries<NodeOutput>
  readonly handled: readonly number[]
  readonly revisions: Entries<string>
  readonly ended: StoredRound | null
}

/** Data of an ended iteration, with the hash of its list of items: the iterations of a loop have the same one. */
interface StoredRound extends Omit<KeptRound, 'items'> {
  readonly items: string | null
}

interface StoredRun extends Omit<RunState, 'requests' | 'reusable'> {
  readonly planHash: string
  readonly requests: Entries<number, string>
  readonly reusable: Entries<ReusedOutcome>
  /** Lists of items of ended iterations, by hash. */
  readonly lists: Entries<ValueRef, string>
  /** Each frame before those of its loops and callers. */
  readonly frames: readonly StoredFrame[]
}

function entriesOf<Value>(map: ReadonlyMap<number, Value>): Entries<Value> {
  return inDocumentOrder(map).map((index) => [index, entryOf(map, index)] as const)
}

function storeLoop({ running, ended, ...loop }: LoopState): StoredLoop {
  return { ...loop, running: inDocumentOrder(running), ended: entriesOf(ended) }
}

function storeCalls({ edited, ended, ...calls }: CallsState): StoredCalls {
  return { ...calls, edited: entriesOf(edited), ended: entriesOf(ended) }
}

function copyLists(state: Omit<FrameState, Collection>) {
  return {
    hasUndoable: state.hasUndoable,
    ending: state.ending,
    earlyEnd: state.earlyEnd,
    phases: [...state.phases],
    passes: [...state.passes],
    pendingEdges: [...state.pendingEdges],
    arrivals: [...state.arrivals],
    cleanArrivals: [...state.cleanArrivals],
    scheduledTurns: [...state.scheduledTurns],
    finishedTurns: [...state.finishedTurns],
  }
}

function storeRound(ended: KeptRound | null, lists: Map<string, ValueRef>): StoredRound | null {
  if (ended === null) return null
  const { items, previous } = ended
  if (items !== null) lists.set(items.hash, items)
  return { items: items?.hash ?? null, previous }
}

function storeFrame(context: FrameContext, lists: Map<string, ValueRef>): StoredFrame {
  const { state, iteration, calls } = context
  return {
    key: keyOf(context),
    iteration: iteration === null ? null : { ...iteration, parent: keyOf(iteration.parent) },
    caller: calls === null ? null : { ...calls, parent: keyOf(calls.parent) },
    ...copyLists(state),
    open: entriesOf(state.open),
    outputs: entriesOf(state.outputs),
    held: entriesOf(state.held),
    loops: entriesOf(state.loops).map(([node, loop]) => [node, storeLoop(loop)] as const),
    calls: entriesOf(state.calls).map(([node, calls]) => [node, storeCalls(calls)] as const),
    lateOutputs: entriesOf(state.lateOutputs),
    handled: inDocumentOrder(state.handled),
    revisions: entriesOf(state.revisions),
    ended: storeRound(state.ended, lists),
  }
}

/** Copies the state of a run to plain JSON. */
export function snapshotOf(run: RunContext): MachineSnapshot {
  const { requests, undoable, reusable, ...plain } = run.state
  const lists = new Map<string, ValueRef>()
  const frames = framesInOrder(run).map((frame) => storeFrame(frame, lists))
  const stored: StoredRun = {
    planHash: run.index.plan.planHash,
    ...plain,
    requests: [...requests],
    undoable: [...undoable],
    reusable: entriesOf(reusable),
    lists: [...lists],
    frames,
  }
  return { stateVersion: STATE_VERSION, state: stored }
}

function restoreFrame(run: RunContext, stored: StoredFrame, lists: ReadonlyMap<string, ValueRef>): void {
  const { key, iteration, caller, open, outputs, held, loops, calls, lateOutputs, handled, revisions, ended } = stored
  const state: FrameState = {
    ...copyLists(stored),
    open: new Map(open),
    outputs: new Map(outputs),
    held: new Map(held),
    loops: new Map(loops.map(([node, loop]) => [node, restoreLoop(loop)])),
    calls: new Map(calls.map(([node, each]) => [node, restoreCalls(each)])),
    lateOutputs: new Map(lateOutputs),
    handled: new Map(handled.map((node) => [node, true])),
    revisions: new Map(revisions),
    ended: ended === null ? null : { ...ended, items: ended.items === null ? null : entryOf(lists, ended.items) },
  }
  if (caller !== null) {
    const parent = entryOf(run.frames, caller.parent)
    const level = levelOfCalls(run.index.plan, parent.index, entryOf(parent.state.calls, caller.caller).waitFor)
    run.frames.set(key, createFrame(run, level, { calls: { ...caller, parent } }, state))
    return
  }
  if (iteration === null) {
    run.frames.set(key, createFrame(run, run.index, {}, state))
    return
  }
  const parent = entryOf(run.frames, iteration.parent)
  const level = run.index.levelWithin(nodeAt(parent, iteration.loop).id)
  run.frames.set(key, createFrame(run, level, { iteration: { ...iteration, parent } }, state))
}

function restoreCalls({ edited, ended, ...calls }: StoredCalls): CallsState {
  return { ...calls, edited: new Map(edited), ended: new Map(ended) }
}

function restoreLoop({ running, ended, ...loop }: StoredLoop): LoopState {
  return { ...loop, running: new Map(running.map((index) => [index, true])), ended: new Map(ended) }
}

/**
 * Reads a snapshot into a run without frames.
 *
 * @throws {@link TenonError} `SNAPSHOT_UNREADABLE` if it is of another version or of another plan; rebuild
 * the machine from the facts then.
 */
export function restoreRun(run: RunContext, snapshot: MachineSnapshot): void {
  const stored = snapshot.state as StoredRun | null
  if (snapshot.stateVersion !== STATE_VERSION || stored?.planHash !== run.index.plan.planHash) {
    throw new TenonError('SNAPSHOT_UNREADABLE', 'The snapshot is of another version or of another plan', {
      details: { stateVersion: snapshot.stateVersion, expected: STATE_VERSION },
    })
  }
  const { planHash: _planHash, requests, undoable, reusable, lists, frames, ...plain } = stored
  Object.assign(run.state, plain)
  run.state.undoable.push(...undoable)
  for (const [requestId, turn] of requests) run.state.requests.set(requestId, turn)
  for (const [node, outcome] of reusable) run.state.reusable.set(node, outcome)
  const known = new Map(lists)
  for (const frame of frames) restoreFrame(run, frame, known)
}
