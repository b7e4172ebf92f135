import { memo } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { IconTile } from '../../ui/icon-tile.tsx'
import { StatusMark } from '../../ui/status-mark.tsx'
import { formatDuration, formatGrowing } from '../format/duration.ts'
import { shortNodeRunName } from '../format/node-run-name.ts'
import { displayStatus } from '../store/display-status.ts'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { Segment, TimelineRow } from './bars.ts'
import { describeRow } from './describe-row.ts'
import type { TimeScale } from './time-scale.ts'

export interface TimelineRowViewProps {
  readonly row: TimelineRow
  readonly nodes: NodeDirectory
  readonly scale: TimeScale
  readonly optionId: string
  readonly isSelected: boolean
  readonly isActive: boolean
  readonly onPick: (row: TimelineRow) => void
  readonly onPoint: (row: TimelineRow | null, segment: Segment | null) => void
}

function RowView(props: TimelineRowViewProps) {
  const { row, nodes, scale, optionId, isSelected, isActive, onPick, onPoint } = props
  const { t, locale } = useInstance()
  const node = nodes.get(row.nodeId)
  const length = row.durationMs
  const format = row.isOpen ? formatGrowing : formatDuration
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around has the keys and names its active option
    <div
      id={optionId}
      className="tn-timeline-row"
      role="option"
      data-status={row.nodeRun.status}
      aria-selected={isSelected}
      tabIndex={-1}
      data-active={isActive || undefined}
      onClick={() => onPick(row)}
      onPointerEnter={() => onPoint(row, null)}
      onPointerLeave={() => onPoint(null, null)}
    >
      <span className="tn-visually-hidden">{describeRow(row, nodes, t, locale)}</span>
      <span
        className="tn-timeline-name"
        aria-hidden="true"
        style={row.depth === 0 ? undefined : { ['--tn-depth' as string]: row.depth }}
      >
        <IconTile path={node.icon} category={node.category} size="s" />
        <span className="tn-truncate" dir="auto">
          {row.nodeRun.call?.title ?? shortNodeRunName(nodes, row.nodeRun.nodeRunId, t)}
        </span>
        <StatusMark status={displayStatus(row.nodeRun)} size={14} />
      </span>
      <span className="tn-timeline-track">
        {row.segments.map((segment) => (
          <span
            key={`${segment.kind}-${segment.from}-${segment.attempt?.attempt ?? 0}-${segment.attempt?.pass ?? 0}`}
            className="tn-timeline-bar"
            data-kind={segment.kind}
            data-open={segment.isOpen || undefined}
            style={{
              insetInlineStart: `${scale.at(segment.from) * 100}%`,
              inlineSize: `${(scale.at(segment.to) - scale.at(segment.from)) * 100}%`,
            }}
            onPointerEnter={() => onPoint(row, segment)}
          />
        ))}
      </span>
      <span className="tn-timeline-length" aria-hidden="true">
        {length === null ? '' : format(length, t, locale)}
      </span>
    </div>
  )
}

/** One node run as a bar. */
export const TimelineRowView = memo(RowView)
