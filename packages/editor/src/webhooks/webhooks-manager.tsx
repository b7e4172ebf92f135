import type { TenonClient, WebhookEndpoint } from '@tenon/core/client'
import { TenonError } from '@tenon/core/errors'
import { type ReactNode, useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { type Pages, usePages } from '../client/use-pages.ts'
import { useInstance } from '../instance/instance-context.ts'
import { enWebhooks } from '../messages/en/webhooks.ts'
import { AddedTexts } from '../shell/added-texts.tsx'
import { EnsureInstance } from '../shell/ensure-instance.tsx'
import type { InstanceProps } from '../shell/instance-root.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { WebhookItem } from './webhook-item.tsx'

/** Props of the list of webhooks. */
export interface WebhooksManagerProps extends InstanceProps {
  /** Client of the server; create it outside of render functions. */
  readonly client: TenonClient
}

/** List of the addresses to which events of a tenant are sent; admins create, test and change them, and read their deliveries. */
export function WebhooksManager({ client, ...instance }: WebhooksManagerProps) {
  return (
    <EnsureInstance {...instance}>
      <AddedTexts texts={enWebhooks}>
        <Manager client={client} />
      </AddedTexts>
    </EnsureInstance>
  )
}

const PAGE_SIZE = 100
const idOf = ({ id }: WebhookEndpoint) => id

function Manager({ client }: { readonly client: TenonClient }) {
  const { t } = useInstance()
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.webhooks.list(
        { limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client],
  )
  const webhooks = usePages(load, idOf)
  /** Webhook whose dialog is open; `null` for a new one, `undefined` for none. */
  const [edited, setEdited] = useState<WebhookEndpoint | null | undefined>(undefined)
  const isEmpty = webhooks.items.length === 0
  const create = (
    <Button variant="primary" icon="plus" onClick={() => setEdited(null)}>
      {t('webhooks.new')}
    </Button>
  )
  return (
    <section className="tn-inbox" aria-label={t('webhooks.title')}>
      <header className="tn-connections-head">
        <h1 className="tn-inbox-title">{t('webhooks.title')}</h1>
        {!isEmpty && create}
      </header>
      {isEmpty ? (
        <NoWebhooks webhooks={webhooks} action={create} />
      ) : (
        <ul className="tn-connections" aria-label={t('webhooks.list')}>
          {webhooks.items.map((webhook) => (
            <WebhookItem
              key={webhook.id}
              client={client}
              webhook={webhook}
              onEdit={() => setEdited(webhook)}
              onChanged={webhooks.refresh}
            />
          ))}
        </ul>
      )}
      {!isEmpty && webhooks.error !== null && <ResourceError title={t('webhooks.loadFailed')} resource={webhooks} />}
      {edited !== undefined && (
        <WebhookDialog
          client={client}
          webhook={edited}
          onClose={() => setEdited(undefined)}
          onSaved={() => {
            setEdited(undefined)
            webhooks.refresh()
          }}
        />
      )}
    </section>
  )
}

function NoWebhooks({ webhooks, action }: { readonly webhooks: Pages<WebhookEndpoint>; readonly action: ReactNode }) {
  const { t } = useInstance()
  const { error, isLoading } = webhooks
  if (error instanceof TenonError && error.code === 'FORBIDDEN') {
    return <EmptyState icon="external" title={t('webhooks.hidden')} />
  }
  if (error !== null) return <ResourceError title={t('webhooks.loadFailed')} resource={webhooks} />
  if (isLoading) return <Skeleton lines={3} height={64} />
  return <EmptyState icon="external" title={t('webhooks.empty')} description={t('webhooks.emptyWhy')} action={action} />
}
