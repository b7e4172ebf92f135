import { applyEntry } from './fold.ts'
import { foldStateOf, patchNodeRun, viewOf } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { RunView } from './view.ts'
import { noteOrders, ordersOf, type RunViewSnapshot, type ViewPart, viewOfParts, viewPartOf } from './view-parts.ts'

/** Folds a run log from a snapshot of its view on; parts that the snapshot lacks are added when they are shown. */
export interface PartialRunFold {
  /** Position of the last entry. */
  readonly seq: number
  /**
   * Applies one entry. An entry that was applied before is ignored, and so is one of a node run that the view lacks.
   *
   * @throws {@link TenonError} `RUN_LOG_GAP` if a `seq` is missing (details: `expected`, `found`).
   */
  apply(entry: LogEntry): void
  /** Returns the current view; the same object until it changes. */
  view(): RunView
  /** Checks whether the view has a part, or gets it with an entry to come. */
  hasPart(key: string): boolean
  /**
   * Adds a part as of the event `seq`, once this is applied: later entries are applied to the part. A part from before the
   * snapshot is ignored.
   */
  addPart(key: string, part: ViewPart, seq: number): void
}

/** Continues the fold of a run log from a snapshot of its view. */
export function createPartialFold(snapshot: RunViewSnapshot): PartialRunFold {
  const state = foldStateOf(viewOfParts(snapshot.head, partsOf(snapshot)), { isPartial: true })
  const orders = ordersOf(partsOf(snapshot))
  const keys = new Set(snapshot.parts.map(([key]) => key))
  const entries: LogEntry[] = []
  let early: { readonly key: string; readonly part: ViewPart; readonly seq: number }[] = []
  let current: RunView | null = null

  function merge({ key, part, seq }: (typeof early)[number]): void {
    const head = { ...snapshot.head, seq }
    const later = foldStateOf(viewOfParts(head, [part]), { isPartial: true })
    for (const [id, order] of ordersOf([part])) orders.set(id, order)
    for (const entry of entries.slice(seq - snapshot.head.seq)) applyEntry(later, entry)
    const isOwn = ({ nodeRunId }: { readonly nodeRunId: string }) => viewPartOf(nodeRunId) === key
    state.isFirst = true
    for (const [id, nodeRun] of later.nodeRuns) if (isOwn(nodeRun)) patchNodeRun(state, id, () => nodeRun)
    for (const [id, approval] of later.approvals) if (isOwn(approval)) state.approvals.set(id, approval)
    for (const [id, parked] of later.parked) if (isOwn(parked)) state.parked.set(id, parked)
    for (const [id, wait] of later.waits) if (isOwn(wait)) state.waits.set(id, wait)
    for (const map of [state.nodeRuns, state.approvals, state.parked, state.waits]) reorder<unknown>(map)
    current = null
  }

  function reorder<Value>(map: Map<string, Value>): void {
    const sorted = [...map].sort(([left], [right]) => Number(orders.get(left)) - Number(orders.get(right)))
    map.clear()
    for (const [id, value] of sorted) map.set(id, value)
  }

  return {
    get seq() {
      return state.head.seq
    },
    apply(entry) {
      if (!applyEntry(state, entry)) return
      noteOrders(orders, state, entry)
      entries.push(entry)
      current = null
      const due = early.filter(({ seq }) => seq <= entry.seq)
      early = early.filter(({ seq }) => seq > entry.seq)
      for (const each of due) merge(each)
    },
    view() {
      current ??= viewOf(state)
      return current
    },
    hasPart: (key) => keys.has(key),
    addPart(key, part, seq) {
      if (seq < snapshot.head.seq) return
      keys.add(key)
      if (seq <= state.head.seq) merge({ key, part, seq })
      else early.push({ key, part, seq })
    },
  }
}

function partsOf({ parts }: RunViewSnapshot): readonly ViewPart[] {
  return parts.map(([, part]) => part)
}
