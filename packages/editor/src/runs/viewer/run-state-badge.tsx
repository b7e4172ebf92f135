import type { RunView } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { Badge } from '../../ui/badge.tsx'
import { RunStatusBadge } from '../list/run-status-badge.tsx'
import { isUndoing } from './is-undoing.ts'

interface RunStateBadgeProps {
  readonly view: RunView
  /** Text after the status. */
  readonly detail?: string
}

/** Badge with the status of a run; while it undoes what it has done, with how it will end, and how far it is. */
export function RunStateBadge({ view, detail = '' }: RunStateBadgeProps) {
  const t = useTranslate()
  const { compensation } = view
  if (compensation === null || !isUndoing(view)) return <RunStatusBadge status={view.status} detail={detail} />
  const { because, undone, skipped, count } = compensation
  return <Badge tone="waiting">{t('runs.undo.state', { because, number: undone + skipped, count })}</Badge>
}
