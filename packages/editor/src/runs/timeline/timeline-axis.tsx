import { useMemo, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { useWidth } from '../../instance/use-width.ts'
import { formatDuration } from '../format/duration.ts'
import { ticksOf } from './ticks.ts'
import type { Interval, TimeScale } from './time-scale.ts'

interface TimelineAxisProps {
  readonly scale: TimeScale
  /** Selected moment of the past, in ms since the epoch; `null` if none. */
  readonly moment: number | null
  /** Intervals in which the run was paused. */
  readonly pauses: readonly Interval[]
}

/** Usual width of a character of a duration, in pixels. */
const CHARACTER_PX = 6.5

/** Axis of the timeline: times above the bars, lines and pauses behind them, and the durations of collapsed intervals. */
export function TimelineAxis({ scale, moment, pauses }: TimelineAxisProps) {
  const { t, locale } = useInstance()
  const [element, setElement] = useState<HTMLElement | null>(null)
  const width = useWidth(element)
  const ticks = useMemo(() => ticksOf(scale, width), [scale, width])
  const labeled = ticks.filter((tick) => tick.hasLabel)
  const folds = scale.pieces.filter((piece) => piece.isCollapsed)
  return (
    <>
      <div className="tn-timeline-axis" aria-hidden="true">
        <span ref={setElement} className="tn-timeline-scale">
          {labeled.map((tick) => (
            <span key={tick.elapsedMs} className="tn-timeline-tick" style={{ insetInlineStart: `${tick.left * 100}%` }}>
              {tick.elapsedMs === 0 ? '0' : formatDuration(tick.elapsedMs, t, locale)}
            </span>
          ))}
          {folds.map((fold) => {
            const duration = formatDuration(fold.to - fold.from, t, locale)
            const part = fold.right - fold.left
            return (
              <span
                key={fold.from}
                className="tn-timeline-fold"
                title={duration}
                style={{ insetInlineStart: `${fold.left * 100}%`, inlineSize: `${part * 100}%` }}
              >
                {duration.length * CHARACTER_PX > part * width ? '⋯' : duration}
              </span>
            )
          })}
        </span>
      </div>
      <div className="tn-timeline-grid" aria-hidden="true">
        <span className="tn-timeline-scale">
          {pauses.map(({ from, to }) => (
            <span
              key={from}
              className="tn-timeline-paused"
              style={{
                insetInlineStart: `${scale.at(from) * 100}%`,
                inlineSize: `${(scale.at(to) - scale.at(from)) * 100}%`,
              }}
            />
          ))}
          {ticks.map((tick) => (
            <span
              key={tick.elapsedMs}
              className="tn-timeline-line"
              style={{ insetInlineStart: `${tick.left * 100}%` }}
            />
          ))}
          {moment !== null && (
            <span className="tn-timeline-line" data-moment style={{ insetInlineStart: `${scale.at(moment) * 100}%` }} />
          )}
        </span>
      </div>
    </>
  )
}
