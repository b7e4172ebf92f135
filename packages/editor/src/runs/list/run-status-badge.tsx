import type { RunStatus } from '@tenon/core/run'
import { useTranslate } from '../../instance/instance-context.ts'
import { enRunStatus } from '../../messages/en/run-status.ts'
import { AddedTexts } from '../../shell/added-texts.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { OwnInstance } from '../../shell/own-instance.tsx'
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
    <OwnInstance {...instance} className={instance.className ?? 'tn-inline'}>
      <AddedTexts texts={enRunStatus}>
        <StatusBadge status={status} detail={detail} />
      </AddedTexts>
    </OwnInstance>
  )
}

function StatusBadge({ status, detail }: { readonly status: RunStatus; readonly detail: string }) {
  const t = useTranslate()
  const text = t(`runs.status.${status}`)
  return <Badge tone={TONES[status]}>{detail === '' ? text : `${text} · ${detail}`}</Badge>
}
