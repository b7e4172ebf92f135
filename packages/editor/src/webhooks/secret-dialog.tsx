import type { TenonClient, WebhookEndpoint, WebhookSecret } from '@tenon/core/client'
import { useCallback, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment } from '../runs/format/instant.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { CopyButton } from '../ui/copy-button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { nameOf } from './webhook-words.ts'

interface SecretDialogProps {
  readonly client: TenonClient
  readonly webhook: WebhookEndpoint
  readonly onClose: () => void
  readonly onRotated: () => void
}

/** Dialog with the secret of a webhook, in which a person can replace it. */
export function SecretDialog({ client, webhook, onClose, onRotated }: SecretDialogProps) {
  const { t, locale } = useInstance()
  const { id } = webhook
  const load = useCallback((abortSignal: AbortSignal) => client.webhooks.secret(id, { abortSignal }), [client, id])
  const stored = useResource(load)
  const [rotated, setRotated] = useState<WebhookSecret | null>(null)
  const [isAsking, setIsAsking] = useState(false)
  const { isSending, failure, send } = useSending()
  const value = rotated ?? stored.value
  const rotate = () =>
    void send(async () => {
      setIsAsking(false)
      setRotated(await client.webhooks.rotateSecret(id))
      onRotated()
    })
  return (
    <Dialog
      open
      busy={isSending}
      title={t('webhooks.secretTitle', { name: nameOf(webhook) })}
      description={t('webhooks.secretHelp')}
      onClose={onClose}
      footer={
        <Button
          busy={isSending}
          disabled={value === null || value.previousSecret !== null}
          onClick={() => setIsAsking(true)}
        >
          {t('webhooks.rotate')}
        </Button>
      }
    >
      {stored.error !== null && <ResourceError title={t('webhooks.secretFailed')} resource={stored} />}
      {value === null && stored.error === null && <Skeleton lines={1} height={32} />}
      {value !== null && (
        <div className="tn-form">
          <code className="tn-webhook-body" dir="ltr">
            {value.secret}
          </code>
          <CopyButton label={t('webhooks.copySecret')} text={() => value.secret} />
          {value.previousSecretUntil !== null && (
            <p className="tn-muted">
              {t('webhooks.previous', { time: formatMoment(Date.parse(value.previousSecretUntil), locale) })}
            </p>
          )}
        </div>
      )}
      {failure !== null && <ErrorState title={t('webhooks.failed')} error={failure.error} />}
      {isAsking && (
        <ConfirmDialog
          open
          title={t('webhooks.rotateTitle')}
          description={t('webhooks.rotateWhy')}
          confirmLabel={t('webhooks.rotate')}
          variant="primary"
          onClose={() => setIsAsking(false)}
          onConfirm={rotate}
        />
      )}
    </Dialog>
  )
}
