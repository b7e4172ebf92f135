import type { RunStatus } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { Badge, type BadgeTone } from '../../ui/badge.tsx'

const TONES: Readonly<Record<RunStatus, BadgeTone>> = {
  queued: 'neutral',
  running: 'running',
  waiting: 'waiting',
  paused: 'waiting',
  completed: 'success',
  failed: 'failed',
  canceled: 'neutral',
}

/** Props of the badge with the status of a run. */
export interface RunStatusBadgeProps extends InstanceProps {
  /** Status that sets the color and the label. */
  readonly status: RunStatus
  /** Text after the status: `Running · 3.1 s`. */
  readonly detail?: string
}

/** Badge with the status of a run in one word, with its color. */
export function RunStatusBadge({ status, detail = '', ...instance }: RunStatusBadgeProps) {
  return (
    <EnsureInstance {...instance} className={instance.className ?? 'tn-inline'}>
      <StatusBadge status={status} detail={detail} />
    </EnsureInstance>
  )
}

function StatusBadge({ status, detail }: { readonly status: RunStatus; readonly detail: string }) {
  const t = useTranslate()
  const text = t(`runs.status.${status}`)
  return <Badge tone={TONES[status]}>{detail === '' ? text : `${text} · ${detail}`}</Badge>
}
