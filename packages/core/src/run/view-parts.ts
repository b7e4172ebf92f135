import type { NodeRunId, WaitId } from '../ids.ts'
import { emptyRunView } from './empty-view.ts'
import { iterationPathOf, nodeRunIdOfWait } from './event-ids.ts'
import { applyEntry } from './fold.ts'
import { type FoldState, foldStateOf, type RunHead } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { ValueRef } from './values.ts'
import type { ApprovalView, NodeRunView, ParkedView, RunView, WaitView } from './view.ts'

/** A part of a view, with the order of each of its values in the whole view. */
type Ordered<Value> = readonly (readonly [order: number, value: Value])[]

/**
 * Part of a run view: the node runs of up to 32 iterations side by side, with their waits; or those outside of iterations.
 * Values are references without `inline`.
 */
export interface ViewPart {
  /** Node runs of the part. */
  readonly nodeRuns: Ordered<NodeRunView>
  /** Approvals of these node runs. */
  readonly approvals: Ordered<ApprovalView>
  /** Those of these node runs that are or were parked. */
  readonly parked: Ordered<ParkedView>
  /** Waits of these node runs. */
  readonly waits: Ordered<WaitView>
}

/** View of a run without most of the iterations that have ended; their parts are loaded when they are shown. */
export interface RunViewSnapshot {
  /** The part of the view that is not a collection; its `seq` is that of the last event in the view. */
  readonly head: RunHead
  /** Parts by their keys: that outside of iterations, and among others all with a node run that has not ended. */
  readonly parts: readonly (readonly [key: string, part: ViewPart])[]
}

/** First frame of a stream of a long log that was asked for a view: the events after `seq` follow it. */
export interface RunViewFrame {
  /** Position of the last event in the view. */
  readonly seq: number
  /** Distinguishes the frame from events, whose types are others. */
  readonly type: 'view'
  /** View as of that event. */
  readonly view: RunViewSnapshot
}

/** Frame of a stream of a long log that was asked for a view, while the server makes the view. */
export interface RunReadingFrame {
  /** Always 0: the frame is of no event. */
  readonly seq: 0
  /** Distinguishes the frame from events, whose types are others. */
  readonly type: 'reading'
  /** Last event that is part of the view so far. */
  readonly read: number
  /** Last event of the log when the stream began. */
  readonly total: number
}

/** A part of a view as of an event. */
export interface ViewPartAt {
  /** Position of the last event in the part; events of a stream may be behind or ahead of it. */
  readonly seq: number
  /** The part, empty for iterations that have not begun. */
  readonly part: ViewPart
}

/** Parts of a view in memory, for {@link foldViewParts}. */
export interface LoadedParts {
  /** Head of the view; `null` before the first event. */
  readonly head: RunHead | null
  /** Parts by their keys: at least those with a node run that has not ended, and those that the entries change. */
  readonly parts: ReadonlyMap<string, ViewPart>
}

/** Result of {@link foldViewParts}. */
export interface FoldedParts {
  /** Head of the view after the entries. */
  readonly head: RunHead
  /** All parts that were loaded, and new ones. */
  readonly parts: ReadonlyMap<string, ViewPart>
  /** Keys of the parts that the entries may have changed. */
  readonly changed: ReadonlySet<string>
  /** Keys of the parts with a node run that has not ended. */
  readonly open: ReadonlySet<string>
}

/** Iterations side by side in one part. */
const ITERATIONS_PER_PART = 32

/** Key of the part with the node runs outside of iterations. */
export const OUTER_PART = ''

/** Returns the key of the part that a node run belongs to: `charge` → the empty text, `charge#3` → `0`, `charge#3.40` → `3.1`. */
export function viewPartOf(nodeRunId: NodeRunId): string {
  const path = iterationPathOf(nodeRunId)
  if (path === null || path.length === 0) return OUTER_PART
  const last = path.length - 1
  return path.map((index, depth) => (depth === last ? Math.floor(index / ITERATIONS_PER_PART) : index)).join('.')
}

function nodeRunsOf(entry: LogEntry): readonly NodeRunId[] {
  const own = 'nodeRunId' in entry && entry.nodeRunId !== undefined ? [entry.nodeRunId] : []
  if (entry.type === 'nodes_skipped') return entry.data.nodeRunIds
  if (entry.type === 'join_fired') return [...own, ...entry.data.losers]
  return 'waitId' in entry.data ? [...own, nodeRunIdOfWait(entry.data.waitId)] : own
}

/** Returns the keys of the parts that entries of a log change. */
export function partsOfEntries(entries: Iterable<LogEntry>): ReadonlySet<string> {
  const keys = new Set([OUTER_PART])
  for (const entry of entries) for (const nodeRunId of nodeRunsOf(entry)) keys.add(viewPartOf(nodeRunId))
  return keys
}

/**
 * Folds entries of a log into the parts of a view that they change, so that the rest of a long view is neither read nor
 * written.
 *
 * @param entries - Ascending by `seq`, without gaps, from the one after the head on.
 * @throws {@link TenonError} `RUN_LOG_GAP` if a `seq` is missing.
 */
export function foldViewParts({ head, parts }: LoadedParts, entries: readonly LogEntry[]): FoldedParts {
  const state = foldStateOf(viewOfParts(head ?? headOf(emptyRunView()), parts.values()))
  const orders = ordersOf(parts.values())
  for (const entry of entries) if (applyEntry(state, entry)) noteOrders(orders, state, entry)
  const open = new Set<string>()
  for (const { nodeRunId, endedAt } of state.nodeRuns.values()) if (endedAt === null) open.add(viewPartOf(nodeRunId))
  return { head: state.head, parts: splitState(state, orders), changed: partsOfEntries(entries), open }
}

/** Notes the positions of what an entry has added to a view: its `seq`, and within it the order of its node runs. */
export function noteOrders(orders: Map<NodeRunId | WaitId, number>, { touched }: FoldState, entry: LogEntry): void {
  let within = 0
  for (const nodeRunId of touched) {
    if (!orders.has(nodeRunId)) orders.set(nodeRunId, entry.seq + within / 1_048_576)
    within += 1
  }
  if ('waitId' in entry.data && !orders.has(entry.data.waitId)) orders.set(entry.data.waitId, entry.seq)
}

/** Returns the position of each value of parts in the whole view. */
export function ordersOf(parts: Iterable<ViewPart>): Map<NodeRunId | WaitId, number> {
  const orders = new Map<NodeRunId | WaitId, number>()
  for (const { nodeRuns, approvals, parked, waits } of parts) {
    for (const [order, { nodeRunId }] of nodeRuns) orders.set(nodeRunId, order)
    for (const [order, { waitId }] of [...approvals, ...parked, ...waits]) orders.set(waitId, order)
  }
  return orders
}

/** Returns the view that parts make up together. */
export function viewOfParts(head: RunHead, parts: Iterable<ViewPart>): RunView {
  const all = [...parts]
  const inOrder = <Value>(pick: (part: ViewPart) => Ordered<Value>): readonly Value[] =>
    all
      .flatMap(pick)
      .sort(([left], [right]) => left - right)
      .map(([, value]) => value)
  const byWait = <Value extends { readonly waitId: WaitId }>(values: readonly Value[]) =>
    new Map(values.map((value) => [value.waitId, value] as const))
  return {
    ...head,
    nodeRuns: new Map(inOrder((part) => part.nodeRuns).map((nodeRun) => [nodeRun.nodeRunId, nodeRun])),
    approvals: byWait(inOrder((part) => part.approvals)),
    parked: byWait(inOrder((part) => part.parked)),
    waits: byWait(inOrder((part) => part.waits)),
  }
}

/** Returns the part of a view that is not a collection. */
function headOf({ nodeRuns: _, approvals: _a, parked: _p, waits: _w, ...head }: RunView): RunHead {
  return head
}

function splitState(
  { nodeRuns, approvals, parked, waits }: FoldState,
  orders: ReadonlyMap<NodeRunId | WaitId, number>,
): ReadonlyMap<string, ViewPart> {
  const parts = new Map<string, { [Field in keyof ViewPart]: ViewPart[Field][number][] }>()
  const at = ({ nodeRunId }: { readonly nodeRunId: NodeRunId }) => {
    const key = viewPartOf(nodeRunId)
    const part = parts.get(key) ?? { nodeRuns: [], approvals: [], parked: [], waits: [] }
    parts.set(key, part)
    return part
  }
  for (const [id, nodeRun] of nodeRuns) at(nodeRun).nodeRuns.push([Number(orders.get(id)), withoutValues(nodeRun)])
  for (const [id, approval] of approvals) {
    at(approval).approvals.push([Number(orders.get(id)), approvalWithoutValues(approval)])
  }
  for (const [id, each] of parked) at(each).parked.push([Number(orders.get(id)), each])
  for (const [id, wait] of waits) at(wait).waits.push([Number(orders.get(id)), wait])
  return parts
}

/** Values are erased in the run log alone, so no view has them. */
function withoutValues(nodeRun: NodeRunView): NodeRunView {
  return { ...nodeRun, input: withoutInline(nodeRun.input), output: withoutInline(nodeRun.output) }
}

/** Params of a call that waits for people are values, too, and so are those that a person has given instead. */
function approvalWithoutValues(approval: ApprovalView): ApprovalView {
  const { waitFor, votes } = approval
  const { call } = waitFor
  return {
    ...approval,
    waitFor: call === undefined ? waitFor : { ...waitFor, call: { ...call, params: withoutInline(call.params) } },
    votes: votes.map((vote) => (vote.params === undefined ? vote : { ...vote, params: withoutInline(vote.params) })),
  }
}

function withoutInline<Ref extends ValueRef | null>(ref: Ref): Ref {
  if (ref?.inline === undefined) return ref
  const { inline: _inline, ...rest } = ref
  return rest as Ref
}
