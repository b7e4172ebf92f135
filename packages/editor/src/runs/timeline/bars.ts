import type { NodeId } from '@tenon/core/document'
import { type AttemptView, isRunOver, type NodeRunView, nodeRunDurationMs, type RunView } from '@tenon/core/run'
import type { Interval } from './time-scale.ts'

/**
 * Kind of a part of a bar. `queued`: scheduled, no worker yet; `pause`: between a failed attempt and the next;
 * `waiting`: for a decision or an instant.
 */
export type SegmentKind = 'queued' | 'running' | 'success' | 'failed' | 'canceled' | 'waiting' | 'pause'

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
 * Returns the rows of a run in the order in which its nodes were scheduled; skipped nodes have none.
 *
 * @param moment - End of open parts, in ms since the epoch.
 */
export function timelineRows(view: RunView, moment: number): readonly TimelineRow[] {
  const end = isRunOver(view.status) && view.finishedAt !== null ? Math.min(moment, view.finishedAt) : moment
  return [...view.nodeRuns.values()]
    .filter((nodeRun) => nodeRun.scheduledAt !== null && nodeRun.status !== 'skipped')
    .map((nodeRun) => rowOf(nodeRun, end))
    .sort((a, b) => (a.nodeRun.scheduledAt ?? 0) - (b.nodeRun.scheduledAt ?? 0))
}

function rowOf(nodeRun: NodeRunView, moment: number): TimelineRow {
  const isOpen = nodeRun.endedAt === null
  return {
    nodeRun,
    nodeId: nodeRun.nodeId,
    segments: segmentsOf(nodeRun, moment),
    durationMs: nodeRunDurationMs(nodeRun, moment),
    isOpen,
  }
}

/** Returns the parts of one bar, ascending and disjoint. */
function segmentsOf(nodeRun: NodeRunView, moment: number): readonly Segment[] {
  const { attempts, scheduledAt, endedAt } = nodeRun
  const end = endedAt ?? moment
  const segments: Segment[] = []
  const add = (kind: SegmentKind, from: number, to: number, attempt: AttemptView | null, isOpen = false) => {
    if (to > from || attempt !== null) segments.push({ kind, from, to: Math.max(from, to), attempt, isOpen })
  }
  const first = attempts[0]
  if (scheduledAt !== null) add('queued', scheduledAt, first?.startedAt ?? end, null, first === undefined)
  attempts.forEach((attempt, index) => {
    const isOpen = attempt.endedAt === null && endedAt === null
    const until = attempt.endedAt ?? end
    add(KINDS[attempt.how], attempt.startedAt, until, attempt, isOpen)
    const next = attempts[index + 1]
    if (isOpen) return
    const gap = attempt.how === 'waiting' ? 'waiting' : 'pause'
    if (next !== undefined) add(gap, until, next.startedAt, null)
    else add(gap, until, end, null, endedAt === null)
  })
  return segments
}

/**
 * Returns the intervals in which the run was paused, oldest first.
 *
 * @param moment - End of a pause that has not ended, in ms since the epoch.
 */
export function pausedIntervals({ pauses, finishedAt }: RunView, moment: number): readonly Interval[] {
  return pauses.map(({ pausedAt, resumedAt }) => ({ from: pausedAt, to: resumedAt ?? finishedAt ?? moment }))
}

const IDLE: ReadonlySet<SegmentKind> = new Set(['waiting', 'pause', 'queued'])

/** Returns the intervals in which a node ran, for finding idle intervals. A node that waits for a worker is idle. */
export function busyIntervals(rows: readonly TimelineRow[]): readonly Interval[] {
  return rows.flatMap((row) => row.segments.filter((part) => !IDLE.has(part.kind)))
}
