import type { TenonClient, WebhookDeliveryDetails, WebhookEndpoint } from '@tenon/core/client'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { DeliveriesDialog } from './deliveries-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { nameOf, shownUrl } from './webhook-words.ts'

interface WebhookItemProps {
  readonly client: TenonClient
  readonly webhook: WebhookEndpoint
  readonly onEdit: () => void
  readonly onChanged: () => void
}

/** A webhook in the list, with its state and what a person can do with it. */
export function WebhookItem({ client, webhook, onEdit, onChanged }: WebhookItemProps) {
  const { t, locale } = useInstance()
  const { id, url, description, eventTypes, status, disabledReason, failingSince, heldUntil, createdBy } = webhook
  const name = nameOf(webhook)
  const [open, setOpen] = useState<'secret' | 'deliveries' | 'disable' | 'delete' | null>(null)
  const [tested, setTested] = useState<WebhookDeliveryDetails | null>(null)
  // The error is shown in the list.
  const { isSending, failure, send } = useSending(() => setOpen(null))
  const isActive = status === 'active'
  const state = isActive && failingSince !== null ? 'failing' : status
  const change = (request: () => Promise<unknown>) =>
    void send(async () => {
      await request()
      setOpen(null)
      onChanged()
    })
  const test = () => void send(async () => setTested(await client.webhooks.test(id)))
  return (
    <li className="tn-connection">
      <div className="tn-connection-text">
        <b className="tn-strong" dir="auto">
          {name}
        </b>
        <Badge tone={state === 'active' ? 'success' : 'failed'}>{t('webhooks.status', { status: state })}</Badge>
        {description.trim() !== '' && (
          <p className="tn-muted" dir="ltr">
            {shownUrl(url)}
          </p>
        )}
        <p className="tn-muted" dir="auto">
          {t('webhooks.types', { count: eventTypes.length })} ·{' '}
          {t('webhooks.createdBy', { name: createdBy.displayName })}
        </p>
        {disabledReason !== null && <p className="tn-muted">{disabledReason}</p>}
        {state === 'failing' && failingSince !== null && (
          <p className="tn-muted">
            {t('webhooks.failingSince', { time: formatMoment(Date.parse(failingSince), locale) })}
            {heldUntil !== null && (
              <> {t('webhooks.heldUntil', { time: formatMoment(Date.parse(heldUntil), locale) })}</>
            )}
          </p>
        )}
        {tested !== null && (
          <p className="tn-connection-test" data-failed={tested.state === 'failed' || undefined} role="status">
            {t('webhooks.tested', {
              status: tested.lastAttempt?.status ?? 'none',
              ok: tested.state === 'delivered' ? 'yes' : 'no',
              error: tested.lastAttempt?.error ?? '',
            })}
          </p>
        )}
        {failure !== null && <ErrorState title={t('webhooks.failed')} error={failure.error} />}
      </div>
      <div className="tn-connection-actions">
        <Button size="s" aria-label={t('webhooks.editNamed', { name })} onClick={onEdit}>
          {t('webhooks.edit')}
        </Button>
        <Button size="s" busy={isSending} aria-label={t('webhooks.testNamed', { name })} onClick={test}>
          {t('webhooks.test')}
        </Button>
        <Button size="s" aria-label={t('webhooks.deliveriesNamed', { name })} onClick={() => setOpen('deliveries')}>
          {t('webhooks.deliveries')}
        </Button>
        <Button size="s" aria-label={t('webhooks.secretNamed', { name })} onClick={() => setOpen('secret')}>
          {t('webhooks.secret')}
        </Button>
        <Button
          size="s"
          variant={isActive ? 'ghost' : 'primary'}
          aria-label={t(isActive ? 'webhooks.disableNamed' : 'webhooks.enableNamed', { name })}
          onClick={() =>
            isActive ? setOpen('disable') : change(() => client.webhooks.update(id, { status: 'active' }))
          }
        >
          {t(isActive ? 'webhooks.disable' : 'webhooks.enable')}
        </Button>
        <Button
          size="s"
          variant="ghost"
          aria-label={t('webhooks.deleteNamed', { name })}
          onClick={() => setOpen('delete')}
        >
          {t('webhooks.delete')}
        </Button>
      </div>
      {open === 'secret' && (
        <SecretDialog client={client} webhook={webhook} onClose={() => setOpen(null)} onRotated={onChanged} />
      )}
      {open === 'deliveries' && <DeliveriesDialog client={client} webhook={webhook} onClose={() => setOpen(null)} />}
      {(open === 'disable' || open === 'delete') && (
        <ConfirmDialog
          open
          busy={isSending}
          title={t(open === 'delete' ? 'webhooks.deleteTitle' : 'webhooks.disableTitle', { name })}
          description={t(open === 'delete' ? 'webhooks.deleteWhy' : 'webhooks.disableWhy')}
          confirmLabel={t(open === 'delete' ? 'webhooks.delete' : 'webhooks.disable')}
          variant="danger"
          onClose={() => setOpen(null)}
          onConfirm={() =>
            change(() =>
              open === 'delete' ? client.webhooks.remove(id) : client.webhooks.update(id, { status: 'disabled' }),
            )
          }
        />
      )}
    </li>
  )
}
