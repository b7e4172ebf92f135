import type { NodeId } from '@tenon/core/document'
import {
  type AttemptView,
  callDepthOf,
  isRunOver,
  type NodeRunId,
  type NodeRunView,
  nodeRunDurationMs,
  nodeRunIdOf,
  type ParkedView,
  type RunView,
} from '@tenon/core/run'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { RunSnapshot } from '../store/run-store.ts'
import { isListed, itemPath, loopsOf, MAX_LISTED_ITEMS } from '../store/shown-items.ts'
import type { Interval } from './time-scale.ts'

/**
 * Kind of a part of a bar. `queued`: scheduled, no worker yet; `pause`: between a failed attempt and the next;
 * `waiting`: for a decision or an instant; `items`: a loop while its items run; `calls`: a node while its calls run;
 * `parked`: for a person, after the last failure.
 */
export type SegmentKind =
  | 'queued'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'waiting'
  | 'items'
  | 'calls'
  | 'pause'
  | 'parked'

export interface Segment extends Interval {
  readonly kind: SegmentKind
  /** Attempt of the part; `null` between attempts. */
  readonly attempt: AttemptView | null
  /** True while the part is growing. */
  readonly isOpen: boolean
}

/** One row of the timeline. */
export interface TimelineRow {
  readonly nodeRun: NodeRunView
  /** Number of loops and callers around the node. */
  readonly depth: number
  readonly nodeId: NodeId
  readonly segments: readonly Segment[]
  readonly durationMs: number | null
  readonly isOpen: boolean
}

const KINDS: Readonly<Record<AttemptView['how'], SegmentKind>> = {
  running: 'running',
  success: 'success',
  failed: 'failed',
  lost: 'failed',
  canceled: 'canceled',
  waiting: 'waiting',
}

/**
 * Returns the rows of a run in the order in which its nodes were scheduled; skipped nodes have none. The rows of the
 * nodes inside a loop follow its own, item by item, and the rows of calls follow that of their caller. The items of a long
 * loop are reduced to the shown one.
 *
 * @param moment - End of open parts, in ms since the epoch.
 */
export function timelineRows(
  shown: Pick<RunSnapshot, 'view' | 'chosenItems'>,
  nodes: NodeDirectory,
  moment: number,
): readonly TimelineRow[] {
  const { view } = shown
  const end = isRunOver(view.status) && view.finishedAt !== null ? Math.min(moment, view.finishedAt) : moment
  const parked = new Map<NodeRunId, ParkedView[]>()
  for (const wait of view.parked.values()) parked.set(wait.nodeRunId, [...(parked.get(wait.nodeRunId) ?? []), wait])
  const children = new Map<NodeRunId | null, TimelineRow[]>()
  for (const nodeRun of view.nodeRuns.values()) {
    const { nodeId, nodeRunId } = nodeRun
    if (nodeRun.scheduledAt === null || nodeRun.status === 'skipped') continue
    if (!isListed(shown, nodes, nodeId, nodeRunId)) continue
    const path = itemPath(nodeRunId)
    const loopId = loopsOf(nodes, nodeId).at(-1)
    // Without the document of the run, the loop of a node is not known.
    const outer = loopId === undefined ? null : nodeRunIdOf(loopId, path.slice(0, -1))
    const parent = nodeRun.call?.callerId ?? outer
    const rows = children.get(parent)
    const row = rowOf(nodeRun, parked.get(nodeRunId) ?? [], path.length + callDepthOf(nodeRunId), end)
    if (rows === undefined) children.set(parent, [row])
    else rows.push(row)
  }
  const withInside = (row: TimelineRow): TimelineRow[] => [row, ...below(row.nodeRun.nodeRunId)]
  const below = (parent: NodeRunId | null): TimelineRow[] =>
    (children.get(parent) ?? []).sort(byItemAndTime).flatMap(withInside)
  return below(null)
}

function byItemAndTime(one: TimelineRow, other: TimelineRow): number {
  const items = (itemPath(one.nodeRun.nodeRunId).at(-1) ?? 0) - (itemPath(other.nodeRun.nodeRunId).at(-1) ?? 0)
  return items || (one.nodeRun.scheduledAt ?? 0) - (other.nodeRun.scheduledAt ?? 0)
}

function rowOf(nodeRun: NodeRunView, parked: readonly ParkedView[], depth: number, moment: number): TimelineRow {
  const isOpen = nodeRun.endedAt === null
  return {
    nodeRun,
    depth,
    nodeId: nodeRun.nodeId,
    segments: segmentsOf(nodeRun, parked, moment),
    durationMs: nodeRunDurationMs(nodeRun, moment),
    isOpen,
  }
}

/** Returns the parts of one bar, ascending and disjoint. */
function segmentsOf(nodeRun: NodeRunView, parked: readonly ParkedView[], moment: number): readonly Segment[] {
  const { attempts, scheduledAt, endedAt } = nodeRun
  const end = endedAt ?? moment
  const segments: Segment[] = []
  const add = (kind: SegmentKind, from: number, to: number, attempt: AttemptView | null, isOpen = false) => {
    if (to > from || attempt !== null) segments.push({ kind, from, to: Math.max(from, to), attempt, isOpen })
  }
  // A node run that was parked waits for a person, and for a worker once it is retried.
  const addGap = (kind: SegmentKind, from: number, to: number, isOpen = false) => {
    const wait = parked.find(({ parkedAt }) => parkedAt >= from && parkedAt <= to)
    if (wait === undefined) {
      add(kind, from, to, null, isOpen)
      return
    }
    const until = Math.min(wait.resolution?.at ?? to, to)
    add('parked', from, until, null, isOpen && wait.closed === null)
    add('queued', until, to, null, isOpen)
  }
  const first = attempts[0]
  if (scheduledAt !== null) addGap('queued', scheduledAt, first?.startedAt ?? end, first === undefined)
  attempts.forEach((attempt, index) => {
    const isOpen = attempt.endedAt === null && endedAt === null
    const until = attempt.endedAt ?? end
    add(KINDS[attempt.how], attempt.startedAt, until, attempt, isOpen)
    const next = attempts[index + 1]
    if (isOpen) return
    const gap = attempt.how === 'waiting' ? waitKind(nodeRun) : 'pause'
    if (next !== undefined) addGap(gap, until, next.startedAt)
    else addGap(gap, until, end, endedAt === null)
  })
  return segments
}

/** Returns the kind of the part between two passes. */
function waitKind({ iterations, calls }: NodeRunView): SegmentKind {
  if (calls !== null) return 'calls'
  return iterations === null ? 'waiting' : 'items'
}

/**
 * Returns the intervals in which the run was paused, oldest first.
 *
 * @param moment - End of a pause that has not ended, in ms since the epoch.
 */
export function pausedIntervals({ pauses, finishedAt }: RunView, moment: number): readonly Interval[] {
  return pauses.map(({ pausedAt, resumedAt }) => ({ from: pausedAt, to: resumedAt ?? finishedAt ?? moment }))
}

const IDLE: ReadonlySet<SegmentKind> = new Set(['waiting', 'items', 'calls', 'pause', 'queued', 'parked'])

/**
 * Returns the intervals in which a node ran, for finding idle intervals. A node that waits for a worker is idle; a loop
 * that waits for its items is not if they have no rows.
 */
export function busyIntervals(rows: readonly TimelineRow[]): readonly Interval[] {
  return rows.flatMap(({ nodeRun, segments }) => {
    const isLong = (nodeRun.iterations?.count ?? 0) > MAX_LISTED_ITEMS
    return segments.filter((part) => isLong || !IDLE.has(part.kind))
  })
}
