import { attemptDurationMs } from '@tenon/core/run'
import { failureTexts } from '../../messages/coded-texts.ts'
import type { Translate } from '../../messages/format.ts'
import { formatDuration } from '../format/duration.ts'
import { formatClock } from '../format/instant.ts'
import { calledName } from '../format/node-run-name.ts'
import { displayStatus } from '../store/display-status.ts'
import type { NodeDirectory, NodeInfo } from '../store/node-directory.ts'
import type { Segment, TimelineRow } from './bars.ts'

/** Describes one node run in a sentence, for the line under the timeline and for screen readers. */
export function describeRow(row: TimelineRow, nodes: NodeDirectory, t: Translate, locale: string): string {
  const { nodeRun, durationMs } = row
  const status = displayStatus(nodeRun)
  const parts = [
    calledName(nodes, nodeRun, t),
    status === 'canceled' && nodeRun.isLoser ? t('runs.node.loser') : t(`runs.node.${status}`),
    nodeRun.startedAt === null ? '' : t('runs.timeline.startedAt', { time: formatClock(nodeRun.startedAt, locale) }),
    durationMs === null ? '' : formatDuration(durationMs, t, locale),
    nodeRun.attempt > 1 ? t('runs.attempts', { count: nodeRun.attempt }) : '',
    nodeRun.error == null ? '' : failureTexts(nodeRun.error, t).why,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** Describes one part of a bar in a sentence. */
export function describeSegment(segment: Segment, node: NodeInfo, t: Translate, locale: string): string {
  const length = formatDuration(segment.to - segment.from, t, locale)
  const { attempt } = segment
  const kind = t(`runs.segment.${segment.kind}`, { kind: node.loop ?? 'list' })
  if (attempt === null || segment.kind === 'queued') {
    return `${node.name} · ${kind} · ${length}`
  }
  const parts = [
    node.name,
    t('runs.attempt', { attempt: attempt.attempt }),
    kind,
    formatClock(attempt.startedAt, locale),
    formatDuration(attemptDurationMs(attempt, segment.to) ?? 0, t, locale),
    attempt.error === null ? '' : failureTexts(attempt.error, t).why,
  ]
  return parts.filter((part) => part !== '').join(' · ')
}
