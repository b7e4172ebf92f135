import type { TenonClient } from '@tenon/core/client'
import { useTenantPause } from '../../client/use-tenant-pause.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { Icon } from '../../ui/icon.tsx'
import { formatMoment } from '../format/instant.ts'

/** Line that says who has paused all workflows, so that new runs wait; empty while they are not paused. */
export function TenantPaused({ client }: { readonly client: TenonClient }) {
  const pause = useTenantPause(client)
  return (
    <div role="status">
      {pause !== null && (
        <QueueTexts>
          <Line person={pause.by.displayName} at={Date.parse(pause.at)} />
        </QueueTexts>
      )}
    </div>
  )
}

function Line({ person, at }: { readonly person: string; readonly at: number }) {
  const { t, locale } = useInstance()
  return (
    <p className="tn-pause-banner">
      <Icon name="pause" size={16} />
      <span dir="auto">{t('queue.paused.tenantRuns', { person, time: formatMoment(at, locale) })}</span>
    </p>
  )
}
