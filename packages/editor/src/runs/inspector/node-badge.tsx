import { useTranslate } from '../../instance/instance-context.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'
import type { ShownStatus } from '../../ui/status-mark.tsx'

const TONES: Readonly<Record<ShownStatus, BadgeTone>> = {
  idle: 'neutral',
  running: 'running',
  retry: 'retry',
  waiting: 'waiting',
  parked: 'parked',
  success: 'success',
  failed: 'failed',
  skipped: 'neutral',
  compensated: 'neutral',
  canceled: 'neutral',
}

/** Badge with the status of a node run in one word, with its color. */
export function NodeStatusBadge({ status }: { readonly status: ShownStatus }) {
  const t = useTranslate()
  return <Badge tone={TONES[status]}>{t(`runs.node.${status}`)}</Badge>
}
