import type { NodeStatus } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'

const TONES: Readonly<Record<NodeStatus, BadgeTone>> = {
  idle: 'neutral',
  running: 'running',
  retry: 'retry',
  waiting: 'waiting',
  success: 'success',
  failed: 'failed',
  skipped: 'neutral',
  compensated: 'neutral',
  canceled: 'neutral',
}

/** Badge with the status of a node run in one word, with its color. */
export function NodeStatusBadge({ status }: { readonly status: NodeStatus }) {
  const t = useTranslate()
  return <Badge tone={TONES[status]}>{t(`runs.node.${status}`)}</Badge>
}
