import type { TenonClient, WebhookDelivery, WebhookEndpoint } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { usePages } from '../client/use-pages.ts'
import { useResource } from '../client/use-resource.ts'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment, formatSecond } from '../runs/format/instant.ts'
import { Badge } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { choiceOf, nameOf } from './webhook-words.ts'

interface DeliveriesDialogProps {
  readonly client: TenonClient
  readonly webhook: WebhookEndpoint
  readonly onClose: () => void
}

const PAGE_SIZE = 50
const idOf = ({ id }: WebhookDelivery) => id

/** Dialog with the deliveries to a webhook, which a person can read and send again. */
export function DeliveriesDialog({ client, webhook, onClose }: DeliveriesDialogProps) {
  const { t } = useInstance()
  const { id, status } = webhook
  const [state, setState] = useState<'all' | 'failed' | 'pending'>('all')
  const [replayed, setReplayed] = useState<number | null>(null)
  const { isSending, failure, send } = useSending()
  const load = useCallback(
    (cursor: string | null, abortSignal?: AbortSignal) =>
      client.webhooks.deliveries(
        id,
        { limit: PAGE_SIZE, ...(state === 'all' ? {} : { state }), ...(cursor === null ? {} : { cursor }) },
        abortSignal === undefined ? {} : { abortSignal },
      ),
    [client, id, state],
  )
  const deliveries = usePages(load, idOf)
  const canReplay = status === 'active'
  const replay = (request: () => Promise<number>) =>
    void send(async () => {
      setReplayed(await request())
      deliveries.refresh()
    })
  return (
    <Dialog
      open
      size="l"
      title={t('webhooks.deliveriesTitle', { name: nameOf(webhook) })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={deliveries.refresh}>{t('webhooks.refresh')}</Button>
          <Button
            busy={isSending}
            disabled={!canReplay}
            onClick={() => replay(async () => (await client.webhooks.replayFailed(id)).replayed)}
          >
            {t('webhooks.replayFailed')}
          </Button>
        </>
      }
    >
      <div className="tn-form">
        <SegmentedControl
          label={t('webhooks.filter')}
          value={state}
          onChange={setState}
          options={(['all', 'failed', 'pending'] as const).map((value) => ({
            ...{ value, label: t('webhooks.filterState', { state: value }) },
          }))}
        />
        {replayed !== null && (
          <p className="tn-muted" role="status">
            {t('webhooks.replayed', { count: replayed })}
          </p>
        )}
        {failure !== null && <ErrorState title={t('webhooks.failed')} error={failure.error} />}
        {deliveries.error !== null && <ResourceError title={t('webhooks.deliveriesFailed')} resource={deliveries} />}
        {deliveries.isLoading && deliveries.items.length === 0 && <Skeleton lines={3} height={48} />}
        {!deliveries.isLoading && deliveries.error === null && deliveries.items.length === 0 && (
          <p className="tn-muted">{t('webhooks.noDeliveries')}</p>
        )}
        <ul className="tn-connections">
          {deliveries.items.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              {...{ client, webhook, delivery }}
              onReplay={
                canReplay
                  ? () =>
                      replay(async () => {
                        await client.webhooks.replay(id, delivery.id)
                        return 1
                      })
                  : null
              }
            />
          ))}
        </ul>
        {deliveries.hasMore && (
          <Button busy={deliveries.isLoadingMore} onClick={deliveries.loadMore}>
            {t('ui.loadMore')}
          </Button>
        )}
      </div>
    </Dialog>
  )
}

interface DeliveryRowProps extends Omit<DeliveriesDialogProps, 'onClose'> {
  readonly delivery: WebhookDelivery
  /** Sends it now, or again; `null` for a disabled webhook. */
  readonly onReplay: (() => void) | null
}

function DeliveryRow({ client, webhook, delivery, onReplay }: DeliveryRowProps) {
  const { t, locale } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  const { eventType, at, state, attempts, nextAttemptAt, lastAttempt } = delivery
  const type = t('webhooks.form.type', { type: choiceOf(eventType) })
  // Of an endpoint that fails, all deliveries wait.
  const nextAt = [nextAttemptAt, webhook.heldUntil]
    .filter((each) => each !== null)
    .sort()
    .at(-1)
  // Many events of one type may come within a minute.
  const time = formatSecond(Date.parse(at), locale)
  const tone = state === 'delivered' ? 'success' : state === 'failed' ? 'failed' : 'neutral'
  return (
    <li className="tn-connection">
      <div className="tn-connection-text">
        <b className="tn-strong">{type}</b>
        <Badge tone={tone}>{t('webhooks.state', { state })}</Badge>
        <p className="tn-muted">
          <time dateTime={at}>{time}</time> · {t('webhooks.attempts', { count: attempts })}
          {lastAttempt !== null && lastAttempt.status !== null && (
            <> · {t('webhooks.httpStatus', { status: String(lastAttempt.status) })}</>
          )}
          {state === 'pending' && nextAt !== undefined && (
            <> · {t('webhooks.next', { time: formatMoment(Date.parse(nextAt), locale) })}</>
          )}
        </p>
        <p className="tn-muted">
          <code dir="ltr">{delivery.id}</code>
        </p>
        {lastAttempt !== null && lastAttempt.error !== null && <p className="tn-muted">{lastAttempt.error}</p>}
      </div>
      <div className="tn-connection-actions">
        <Button
          size="s"
          aria-expanded={isOpen}
          aria-label={t('webhooks.detailsNamed', { type, time })}
          onClick={() => setIsOpen(!isOpen)}
        >
          {t('webhooks.details')}
        </Button>
        {onReplay !== null && (
          <Button size="s" aria-label={t('webhooks.replayNamed', { type, time })} onClick={onReplay}>
            {t('webhooks.replay')}
          </Button>
        )}
      </div>
      {isOpen && <DeliveryDetails {...{ client, webhook, delivery }} />}
    </li>
  )
}

function DeliveryDetails({ client, webhook: { id }, delivery }: Omit<DeliveryRowProps, 'onReplay'>) {
  const { t } = useInstance()
  const deliveryId = delivery.id
  const load = useCallback(
    (abortSignal: AbortSignal) => client.webhooks.delivery(id, deliveryId, { abortSignal }),
    [client, id, deliveryId],
  )
  const details = useResource(load)
  if (details.error !== null) return <ResourceError resource={details} />
  if (details.value === null) return <Skeleton lines={2} height={24} />
  const { requestBody, responseBody } = details.value
  return (
    <div className="tn-webhook-details">
      <p className="tn-strong">{t('webhooks.request')}</p>
      <pre className="tn-webhook-body" dir="ltr">
        {JSON.stringify(JSON.parse(requestBody), null, 2)}
      </pre>
      <p className="tn-strong">{t('webhooks.answer')}</p>
      {responseBody === null || responseBody === '' ? (
        <p className="tn-muted">{t('webhooks.noAnswer')}</p>
      ) : (
        <pre className="tn-webhook-body" dir="auto">
          {responseBody}
        </pre>
      )}
    </div>
  )
}
