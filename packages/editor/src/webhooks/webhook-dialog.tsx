import type { TenonClient, WebhookEndpoint, WebhookEventType } from '@tenon/core/client'
import { useState } from 'react'
import { useSending } from '../client/use-sending.ts'
import { useInstance } from '../instance/instance-context.ts'
import { ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { Switch } from '../ui/switch.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { choiceOf, nameOf } from './webhook-words.ts'

/** Types that people choose from; a test is sent whatever they choose. */
const TYPES: readonly Exclude<WebhookEventType, 'endpoint.test'>[] = [
  ...(['run.completed', 'run.failed', 'run.canceled', 'node.parked', 'approval.opened'] as const),
  ...(['connection.needs_reauth', 'trigger.paused', 'trigger.resumed'] as const),
  ...(['version.published', 'rollout.rolled_back', 'endpoint.disabled'] as const),
]

interface WebhookDialogProps {
  readonly client: TenonClient
  /** Webhook to change; `null` for a new one. */
  readonly webhook: WebhookEndpoint | null
  readonly onClose: () => void
  readonly onSaved: () => void
}

/** Dialog in which a person creates a webhook or changes it. */
export function WebhookDialog({ client, webhook, onClose, onSaved }: WebhookDialogProps) {
  const { t } = useInstance()
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [description, setDescription] = useState(webhook?.description ?? '')
  const [types, setTypes] = useState<readonly WebhookEventType[]>(webhook?.eventTypes ?? [])
  const [isAll, setIsAll] = useState(types.length === 0)
  const { isSending, failure, send } = useSending()
  const isComplete = URL.canParse(url.trim()) && (isAll || types.length > 0)
  const save = () =>
    void send(async () => {
      const body = { url: url.trim(), description: description.trim(), eventTypes: isAll ? [] : types }
      if (webhook === null) await client.webhooks.create(body)
      else await client.webhooks.update(webhook.id, body)
      onSaved()
    })
  const toggle = (type: WebhookEventType, isChosen: boolean) =>
    setTypes((before) => (isChosen ? [...before, type] : before.filter((each) => each !== type)))
  return (
    <FormDialog
      busy={isSending}
      title={webhook === null ? t('webhooks.form.new') : t('webhooks.form.edit', { name: nameOf(webhook) })}
      isComplete={isComplete}
      submitLabel={t(webhook === null ? 'webhooks.form.create' : 'webhooks.form.save')}
      onSubmit={save}
      onClose={onClose}
    >
      <Field label={t('webhooks.form.url')} help={t('webhooks.form.urlHelp')} required>
        <TextInput type="url" dir="ltr" value={url} maxLength={2_000} placeholder="https://" onChange={setUrl} />
      </Field>
      <Field label={t('webhooks.form.name')}>
        <TextInput value={description} maxLength={200} onChange={setDescription} />
      </Field>
      <Field group label={t('webhooks.form.events')}>
        <Switch checked={isAll} label={t('webhooks.form.all')} onChange={setIsAll} />
        {!isAll &&
          TYPES.map((type) => (
            <Switch
              key={type}
              checked={types.includes(type)}
              label={t('webhooks.form.type', { type: choiceOf(type) })}
              onChange={(isChosen) => toggle(type, isChosen)}
            />
          ))}
      </Field>
      {failure !== null && <ErrorState title={t('webhooks.form.failed')} error={failure.error} />}
    </FormDialog>
  )
}
