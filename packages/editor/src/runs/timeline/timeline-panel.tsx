import { isRunOver } from '@tenon/core/run'
import { type KeyboardEvent, useCallback, useId, useMemo, useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Switch } from '../../ui/switch.tsx'
import { VirtualList } from '../../ui/virtual-list.tsx'
import { formatGrowing } from '../format/duration.ts'
import { isUnread, ReadingLog } from '../log/reading-log.tsx'
import type { NodeDirectory } from '../store/node-directory.ts'
import type { RunStore } from '../store/run-store.ts'
import { itemsOf, shownNodeRunId } from '../store/shown-items.ts'
import { useRunMoment, useRunSnapshot } from '../store/use-run.ts'
import { busyIntervals, pausedIntervals, type Segment, type TimelineRow, timelineRows } from './bars.ts'
import { describeRow, describeSegment } from './describe-row.ts'
import { growingEnd } from './ticks.ts'
import { createTimeScale, quietGaps } from './time-scale.ts'
import { TimelineAxis } from './timeline-axis.tsx'
import { TimelineRowView } from './timeline-rows.tsx'

export interface TimelinePanelProps {
  readonly store: RunStore
  readonly nodes: NodeDirectory
  readonly selectedNodeId: string | null
  readonly onSelectNode: (nodeId: string) => void
}

const PACE_MS = 120
const ROW_PX = 28

/** Timeline of a run: its node runs as bars over time. */
export function TimelinePanel({ store, nodes, selectedNodeId, onSelectNode }: TimelinePanelProps) {
  const { t, locale } = useInstance()
  const listId = useId()
  const snapshot = useRunSnapshot(store)
  const { view, live, cursor, chosenItems } = snapshot
  const moment = useRunMoment(store, PACE_MS)
  const [isShortened, setIsShortened] = useState(true)
  const [pointed, setPointed] = useState<{ row: TimelineRow; segment: Segment | null } | null>(null)
  const rows = useMemo(() => timelineRows({ view, chosenItems }, nodes, moment), [view, chosenItems, nodes, moment])
  const pauses = useMemo(() => pausedIntervals(view, moment), [view, moment])
  const pausedMs = pauses.reduce((sum, { from, to }) => sum + to - from, 0)
  const { scale, hasQuiet } = useMemo(() => {
    // The axis is that of the whole run, so that it does not move while the reader goes through its past.
    const end = cursor === null ? moment : (live.finishedAt ?? store.now())
    const from = live.startedAt ?? end
    const quiet = quietGaps(
      busyIntervals(cursor === null ? rows : timelineRows({ view: live, chosenItems }, nodes, end)),
      from,
      end,
    )
    const shortened = isShortened ? quiet : []
    const to = isRunOver(live.status) ? end : growingEnd(from, end, shortened)
    return { scale: createTimeScale(from, to, shortened), hasQuiet: quiet.length > 0 }
  }, [store, live, cursor, chosenItems, nodes, rows, moment, isShortened])
  const activeId = selectedNodeId === null ? null : shownNodeRunId(snapshot, nodes, selectedNodeId)
  const activeIndex = rows.findIndex((row) => row.nodeRun.nodeRunId === activeId)
  const onPick = useCallback(
    (row: TimelineRow) => {
      store.chooseItems(itemsOf(nodes, row.nodeId, row.nodeRun.nodeRunId))
      onSelectNode(row.nodeId)
    },
    [store, nodes, onSelectNode],
  )
  const onPoint = useCallback(
    (row: TimelineRow | null, segment: Segment | null) => setPointed(row === null ? null : { row, segment }),
    [],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    const target = nextIndex(event.key, activeIndex, rows.length)
    const row = target === null ? undefined : rows[target]
    if (row === undefined) return
    event.preventDefault()
    onPick(row)
  }

  if (rows.length === 0) {
    if (isUnread(snapshot)) return <ReadingLog store={store} />
    return <EmptyState icon="clock" title={t('runs.timeline.empty')} description={t('runs.timeline.emptyWhy')} />
  }
  const shown = pointed ?? (activeIndex === -1 ? null : { row: rows[activeIndex] as TimelineRow, segment: null })
  return (
    <div className="tn-timeline">
      <VirtualList
        className="tn-timeline-list"
        items={rows}
        keyOf={rowKey}
        estimate={ROW_PX}
        role="listbox"
        aria-label={t('runs.timeline.label')}
        aria-activedescendant={activeIndex === -1 ? undefined : `${listId}-${activeIndex}`}
        tabIndex={0}
        activeIndex={activeIndex === -1 ? null : activeIndex}
        onKeyDown={onKeyDown}
        header={<TimelineAxis scale={scale} moment={cursor === null ? null : moment} pauses={pauses} />}
        render={(row, index) => (
          <TimelineRowView
            row={row}
            nodes={nodes}
            scale={scale}
            optionId={`${listId}-${index}`}
            isSelected={row.nodeRun.nodeRunId === activeId}
            isActive={index === activeIndex}
            onPick={onPick}
            onPoint={onPoint}
          />
        )}
      />
      <div className="tn-timeline-foot">
        <span className="tn-truncate" data-hint={shown === null || undefined} aria-hidden="true">
          {shown === null
            ? t('runs.timeline.hint')
            : shown.segment === null
              ? describeRow(shown.row, nodes, t, locale)
              : describeSegment(shown.segment, nodes.get(shown.row.nodeId), t, locale)}
        </span>
        {pauses.length > 0 && (
          <span className="tn-timeline-legend">
            {t('runs.timeline.paused', { time: formatGrowing(pausedMs, t, locale) })}
          </span>
        )}
        {hasQuiet && <Switch label={t('runs.timeline.shorten')} checked={isShortened} onChange={setIsShortened} />}
      </div>
    </div>
  )
}

const rowKey = (row: TimelineRow) => row.nodeRun.nodeRunId

/** Returns the index to which a key moves in a list; `null` for other keys. */
function nextIndex(key: string, index: number, length: number): number | null {
  if (length === 0) return null
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, length - 1)
    case 'ArrowUp':
      return Math.max(index - 1, 0)
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return null
  }
}
