import { TenonError } from '../errors/index.ts'
import type { NodeRunId } from '../ids.ts'
import { emptyRunView } from './empty-view.ts'
import { foldDecision } from './fold-decisions.ts'
import { foldOccurrence } from './fold-facts.ts'
import { type FoldState, foldStateOf, settleRunStatus, viewOf } from './fold-state.ts'
import type { LogEntry } from './frame.ts'
import type { NodeRunView, RunView } from './view.ts'

/** Entries between two kept views, so that `viewAt` never folds more than so many. */
const CHECKPOINT_EVERY = 256

/** Folds a run log as it comes in; each entry costs the same, however many node runs there are. */
export interface RunFold {
  /** Position of the last entry; 0 before the first. */
  readonly seq: number
  /**
   * Enters one entry. An entry that has been entered before is passed over, so that a backlog and a live
   * stream may overlap.
   *
   * @returns The node runs that it changed; the array is the caller's.
   * @throws {@link TenonError} `RUN_LOG_GAP` if a `seq` is missing (details: `expected`, `found`).
   */
  apply(entry: LogEntry): readonly NodeRunId[]
  /** The view at this moment; the same object until the next entry. Copies the collections: O(n). */
  view(): RunView
  /**
   * The view as it was after the entry `seq`, for time travel; clamped to what has been folded here.
   * Folds at most 256 entries.
   */
  viewAt(seq: number): RunView
  /** One node run; the same object until it changes, so that it can be a store's snapshot. */
  nodeRun(nodeRunId: NodeRunId): NodeRunView | undefined
  /** Grows with each change of that node run; 0 before the first. */
  versionOf(nodeRunId: NodeRunId): number
}

function applyEntry(state: FoldState, entry: LogEntry): boolean {
  const expected = state.head.seq + 1
  if (entry.seq < expected) return false
  if (entry.seq > expected) {
    throw new TenonError('RUN_LOG_GAP', `The run log goes on with ${entry.seq} where ${expected} was expected`, {
      details: { expected, found: entry.seq },
    })
  }
  state.head = { ...state.head, seq: entry.seq }
  foldOccurrence(state, entry)
  foldDecision(state, entry)
  settleRunStatus(state)
  return true
}

/**
 * Folds a stretch of a run log at once, for a view of a whole run.
 *
 * @param from - Where to go on; its `seq` is that of the last entry it holds. @defaultValue an empty view
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

/** One event as a pure reducer; O(n) in the node runs, so folding many is for {@link createRunFold}. */
export function applyRunEvent(view: RunView, event: LogEntry): RunView {
  return foldRunEvents([event], view)
}

/** Creates a folder that keeps the entries it was given, for live views and time travel. */
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
      state.touched.clear()
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
