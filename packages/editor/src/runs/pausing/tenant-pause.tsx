import type { TenantState, TenonClient } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useRefreshEvery } from '../../client/use-refresh-every.ts'
import { useResource } from '../../client/use-resource.ts'
import { useTenantChanges } from '../../client/use-tenant-changes.ts'
import { useInstance } from '../../instance/instance-context.ts'
import { EnsureInstance } from '../../shell/ensure-instance.tsx'
import type { InstanceProps } from '../../shell/instance-root.tsx'
import { QueueTexts } from '../../shell/queue-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { formatMoment } from '../format/instant.ts'
import { PauseDialog } from './pause-dialog.tsx'

/** Update interval of the counts in milliseconds: runs start and end often. */
const REFRESH_MS = 15_000

/** Props of the line about the queue of a tenant and its pause. */
export interface TenantPauseProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
}

/**
 * Line about the runs of all workflows: who has paused them, how many wait to start, and how many are in progress of those
 * that the limit of the tenant allows. Admins have a button that pauses or resumes all workflows. It is empty for others
 * while nothing waits.
 */
export function TenantPause({ client, ...instance }: TenantPauseProps) {
  return (
    <EnsureInstance {...instance}>
      <QueueTexts>
        <Tenant client={client} />
      </QueueTexts>
    </EnsureInstance>
  )
}

function Tenant({ client }: { readonly client: TenonClient }) {
  const { t } = useInstance()
  const me = useResource(useCallback((abortSignal: AbortSignal) => client.me({ abortSignal }), [client]))
  const tenant = useResource(useCallback((abortSignal: AbortSignal) => client.tenant.get({ abortSignal }), [client]))
  const [isAsking, setIsAsking] = useState(false)
  useRefreshEvery(tenant.refresh, REFRESH_MS)
  useTenantChanges({ client, isRelevant: ({ kind }) => kind === 'tenant', onChange: tenant.refresh })
  if (tenant.value === null) {
    return tenant.error === null ? null : <ResourceError title={t('queue.tenant.label')} resource={tenant} />
  }
  const { pause } = tenant.value
  const action = pause === null ? 'pause' : 'resume'
  const mayPause = me.value?.role === 'admin'
  const hasFacts = pause !== null || tenant.value.queuedRuns > 0 || tenant.value.runsInProgressLimit !== null
  if (!hasFacts && !mayPause) return null
  return (
    <section className="tn-tenant" aria-label={t('queue.tenant.label')} data-paused={pause !== null || undefined}>
      {pause !== null && <Icon name="pause" size={16} />}
      <Facts tenant={tenant.value} />
      {mayPause && (
        <Button size="s" icon={pause === null ? 'pause' : 'play'} onClick={() => setIsAsking(true)}>
          {t(`queue.${action}.tenant.open`)}
        </Button>
      )}
      {isAsking && (
        <PauseDialog
          action={action}
          workflowName={null}
          send={async () => tenant.replace(await client.tenant[action]())}
          onClose={() => setIsAsking(false)}
        />
      )}
    </section>
  )
}

function Facts({ tenant }: { readonly tenant: TenantState }) {
  const { t, locale } = useInstance()
  const { pause, queuedRuns, runsInProgress, runsInProgressLimit } = tenant
  const facts = [
    pause === null
      ? null
      : t('queue.paused.tenant', {
          person: pause.by.displayName,
          time: formatMoment(Date.parse(pause.at), locale),
        }),
    queuedRuns === 0 ? null : t('queue.tenant.queued', { count: queuedRuns }),
    runsInProgressLimit === null
      ? null
      : t('queue.tenant.inProgress', { count: runsInProgress ?? 0, limit: runsInProgressLimit }),
  ]
  return (
    <p className="tn-tenant-facts" role="status" dir="auto">
      {facts.filter((fact) => fact !== null).join(' · ')}
    </p>
  )
}
