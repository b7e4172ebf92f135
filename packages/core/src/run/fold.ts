import { TenonError } from '../errors/index.ts'
import type { NodeRunId } from '../ids.ts'
import { emptyRunView } from './empty-view.ts'
import { foldDecision } from './fold-decisions.ts'
import { foldOccurrence } from './fold-facts.ts'
import { deriveRunStatus, type FoldState, foldStateOf, viewOf } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { NodeRunView, RunView } from './view.ts'

/** Entries between two checkpoints; `viewAt` never folds more entries than this. */
const CHECKPOINT_EVERY = 256

/** Folds a run log incrementally; the cost of an entry does not depend on the number of node runs. */
export interface RunFold {
  /** Position of the last entry; 0 before the first. */
  readonly seq: number
  /**
   * Applies one entry. An entry that was applied before is ignored, so that a backlog and a live stream may overlap.
   *
   * @returns Ids of the changed node runs; the caller owns the array.
   * @throws {@link TenonError} `RUN_LOG_GAP` if a `seq` is missing (details: `expected`, `found`).
   */
  apply(entry: LogEntry): readonly NodeRunId[]
  /** Returns the current view; the same object until the next entry. Copies the collections: O(n). */
  view(): RunView
  /**
   * Returns the view after the entry `seq`, for time travel; `seq` is clamped to the applied entries. Folds at most 256
   * entries.
   */
  viewAt(seq: number): RunView
  /** Returns one node run; the same object until it changes, so that it can be the snapshot of a store. */
  nodeRun(nodeRunId: NodeRunId): NodeRunView | undefined
  /** Returns the version of a node run, which increases with each change; 0 before the first. */
  versionOf(nodeRunId: NodeRunId): number
}

/** Types of the events that a node run may begin with; all others follow one of them. */
const FIRST_EVENTS: ReadonlySet<string> = new Set<LogEntry['type']>([
  'node_scheduled',
  'node_reused',
  'nodes_skipped',
  'join_unsatisfied',
  'node_dropped',
  'node_parked',
  'approval_needed',
  'wait_opened',
  'call_ended',
])

/**
 * Applies one entry to a view under construction.
 *
 * @returns False for an entry that was applied before.
 * @throws {@link TenonError} `RUN_LOG_GAP` as {@link RunFold.apply}.
 */
export function applyEntry(state: FoldState, entry: LogEntry): boolean {
  const expected = state.head.seq + 1
  if (entry.seq < expected) return false
  if (entry.seq > expected) {
    throw new TenonError('RUN_LOG_GAP', `The run log continues with seq ${entry.seq}; expected ${expected}`, {
      details: { expected, found: entry.seq },
    })
  }
  state.head = { ...state.head, seq: entry.seq }
  state.touched.clear()
  state.isFirst = FIRST_EVENTS.has(entry.type)
  foldOccurrence(state, entry)
  foldDecision(state, entry)
  deriveRunStatus(state)
  return true
}

/**
 * Folds a part of a run log at once, for a view of a whole run.
 *
 * @param from - View to continue from; its `seq` is that of its last entry. @defaultValue an empty view
 * @throws {@link TenonError} `RUN_LOG_GAP` as {@link RunFold.apply}.
 *
 * @example
 * ```ts
 * const { status, nodeRuns } = foldRunEvents(events)
 * ```
 */
export function foldRunEvents(events: Iterable<LogEntry>, from: RunView = emptyRunView()): RunView {
  const state = foldStateOf(from)
  for (const event of events) applyEntry(state, event)
  return viewOf(state)
}

/** Applies one event as a pure reducer; O(n) in the node runs. Use {@link createRunFold} for many events. */
export function applyRunEvent(view: RunView, event: LogEntry): RunView {
  return foldRunEvents([event], view)
}

/** Creates a fold that keeps its entries, for live views and time travel. */
export function createRunFold(from: RunView = emptyRunView()): RunFold {
  const state = foldStateOf(from)
  const entries: LogEntry[] = []
  const checkpoints: RunView[] = [from]
  let current: RunView | null = from

  function viewAt(seq: number): RunView {
    const length = Math.min(Math.max(seq - from.seq, 0), entries.length)
    if (length === entries.length) return view()
    const nearest = Math.floor(length / CHECKPOINT_EVERY)
    return foldRunEvents(entries.slice(nearest * CHECKPOINT_EVERY, length), checkpoints[nearest])
  }

  function view(): RunView {
    current ??= viewOf(state)
    return current
  }

  return {
    get seq() {
      return state.head.seq
    },
    apply(entry) {
      if (!applyEntry(state, entry)) return []
      current = null
      entries.push(entry)
      if (entries.length % CHECKPOINT_EVERY === 0) checkpoints.push(view())
      return [...state.touched]
    },
    view,
    viewAt,
    nodeRun: (nodeRunId) => state.nodeRuns.get(nodeRunId),
    versionOf: (nodeRunId) => state.versions.get(nodeRunId) ?? 0,
  }
}
