/** A time interval, in ms since the epoch. */
export interface Interval {
  readonly from: number
  readonly to: number
}

/** A part of the axis; a collapsed one has a small fixed width for any duration. */
export interface ScalePiece extends Interval {
  /** Start on the axis, 0 to 1. */
  readonly left: number
  readonly right: number
  readonly isCollapsed: boolean
}

/** Mapping of instants to positions on the axis. */
export interface TimeScale extends Interval {
  readonly pieces: readonly ScalePiece[]
  /** Returns the position of an instant, 0 to 1; instants outside are clamped. */
  readonly at: (instant: number) => number
}

const COLLAPSED_PART = 0.08
/** Time in milliseconds up to which work needs no room beside the collapsed intervals: its bars have a least width. */
const TINY_MS = 10
const TINY_PART = 0.1
const QUIET_MINIMUM_MS = 2_000
const QUIET_PART = 0.25

/**
 * Creates the scale of a time interval.
 *
 * @param quiet - Ascending, disjoint intervals that are collapsed.
 */
export function createTimeScale(from: number, to: number, quiet: readonly Interval[] = []): TimeScale {
  const end = Math.max(to, from + 1)
  const openMs = end - from - quiet.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  const mostCollapsed = openMs <= TINY_MS ? 1 - TINY_PART : Math.min(quiet.length * COLLAPSED_PART, 0.5)
  const collapsedPart = quiet.length === 0 ? 0 : mostCollapsed / quiet.length
  const perMs = (1 - quiet.length * collapsedPart) / Math.max(1, openMs)
  const pieces: ScalePiece[] = []
  let at = from
  let left = 0
  const add = (until: number, isCollapsed: boolean) => {
    if (until <= at) return
    const right = left + (isCollapsed ? collapsedPart : (until - at) * perMs)
    pieces.push({ from: at, to: until, left, right, isCollapsed })
    at = until
    left = right
  }
  for (const gap of quiet) {
    add(gap.from, false)
    add(gap.to, true)
  }
  add(end, false)
  return { from, to: end, pieces, at: (instant) => positionIn(pieces, Math.min(Math.max(instant, from), end)) }
}

function positionIn(pieces: readonly ScalePiece[], instant: number): number {
  const piece = pieces.find((candidate) => instant <= candidate.to)
  if (piece === undefined) return 1
  const part = (instant - piece.from) / (piece.to - piece.from)
  return Math.min(1, Math.max(0, piece.left + part * (piece.right - piece.left)))
}

/**
 * Returns the idle intervals to collapse, in order of time. Starting with the longest, an interval is collapsed if it is
 * longer than two seconds and than a quarter of the time that is not collapsed yet. So a wait of minutes is collapsed
 * beside one of hours, which leaves room for work of milliseconds.
 */
export function quietGaps(busy: readonly Interval[], from: number, to: number): readonly Interval[] {
  const collapsed = new Set<Interval>()
  let openMs = to - from
  for (const gap of [...gapsBetween(busy, from, to)].sort((a, b) => lengthOf(b) - lengthOf(a))) {
    if (lengthOf(gap) <= Math.max(QUIET_MINIMUM_MS, openMs * QUIET_PART)) break
    collapsed.add(gap)
    openMs -= lengthOf(gap)
  }
  return [...collapsed].sort((a, b) => a.from - b.from)
}

function gapsBetween(busy: readonly Interval[], from: number, to: number): readonly Interval[] {
  const gaps: Interval[] = []
  let at = from
  const close = (until: number) => {
    if (until > at) gaps.push({ from: at, to: until })
  }
  for (const interval of [...busy].sort((a, b) => a.from - b.from)) {
    close(interval.from)
    at = Math.max(at, interval.to)
  }
  close(to)
  return gaps
}

function lengthOf({ from, to }: Interval): number {
  return to - from
}
