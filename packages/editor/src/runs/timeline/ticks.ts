import type { Interval, TimeScale } from './time-scale.ts'

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** Round steps in milliseconds; below a second, powers of ten. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 30].map((n) => n * DAY),
] as const

/** Returns the smallest step with at most `maxTicks` ticks over a duration. */
export function tickDistance(lengthMs: number, maxTicks: number): number {
  const exact = lengthMs / Math.max(1, maxTicks)
  return STEPS_MS.find((step) => step >= exact) ?? Math.ceil(exact / (30 * DAY)) * 30 * DAY
}

/** Width of a time on the axis, in pixels. */
const LABEL_WIDTH = 56

/** Counts the times that fit on an axis. */
function ticksFor(widthPx: number): number {
  return Math.max(1, Math.min(8, Math.floor(widthPx / LABEL_WIDTH)))
}

export interface Tick {
  /** Time since the start of the axis, in ms. */
  readonly elapsedMs: number
  /** Position on the axis, 0 to 1. */
  readonly left: number
  /** True if its time fits before the next collapsed piece. */
  readonly hasLabel: boolean
}

/**
 * Returns ticks at round distances from the start, none inside a collapsed piece. A tick has a label if there is room
 * after the previous one.
 *
 * @param widthPx - Width of the axis.
 */
export function ticksOf(scale: TimeScale, widthPx: number): readonly Tick[] {
  const room = LABEL_WIDTH / Math.max(1, widthPx)
  const open = scale.pieces.filter((piece) => !piece.isCollapsed)
  const folds = scale.pieces.filter((piece) => piece.isCollapsed)
  const openMs = open.reduce((sum, piece) => sum + piece.to - piece.from, 0)
  const step = tickDistance(openMs, ticksFor(widthPx))
  let labeledUpTo = 0
  return open.flatMap((piece) => {
    const first = Math.ceil((piece.from - scale.from) / step) * step
    const count = Math.max(0, Math.floor((piece.to - scale.from - first) / step) + 1)
    return Array.from({ length: count }, (_, index) => {
      const elapsedMs = first + index * step
      const left = scale.at(scale.from + elapsedMs)
      const isFree = !folds.some((fold) => left <= fold.right && fold.left - left < room)
      const hasLabel = isFree && left >= labeledUpTo && left + room / 2 <= 1
      if (hasLabel) labeledUpTo = left + room
      return { elapsedMs, left, hasLabel }
    })
  })
}

/**
 * Returns the end of the axis of a growing run: the next round duration, so that the axis rarely changes; with
 * collapsed waits, a little after now.
 */
export function growingEnd(from: number, now: number, collapsed: readonly Interval[] = []): number {
  const quietMs = collapsed.reduce((sum, gap) => sum + gap.to - gap.from, 0)
  if (quietMs > 0) return now + Math.max(1, (now - from - quietMs) * 0.04)
  const length = Math.max(now - from, SECOND)
  const step = tickDistance(length, 4)
  return from + Math.ceil((length * 1.04) / step) * step
}
