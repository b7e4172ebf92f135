import type { SentEvent, TenonClient } from '@tenon/core/client'
import { isJsonObject, type Json, type JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { NodeRunId, WaitView } from '@tenon/core/run'
import { useState } from 'react'
import { useInstance } from '../../instance/instance-context.ts'
import type { Translate } from '../../messages/format.ts'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { ValueForm } from '../form/value-form.tsx'
import { formatMoment } from '../format/instant.ts'

interface SendEventDialogProps {
  readonly client: TenonClient
  readonly runId: string
  readonly nodeRunId: NodeRunId
  readonly waitFor: Extract<WaitView['waitFor'], { kind: 'event' }>
  /** True once the wait has its event, or has ended. */
  readonly isOver: boolean
  readonly onClose: () => void
}

/** A short time: an event that a person sends is for the runs that wait now. */
const KEPT_FOR = '5m'

/** Dialog that sends the event of a wait, with a form for its fields. */
export function SendEventDialog({ client, runId, nodeRunId, waitFor, isOver, onClose }: SendEventDialogProps) {
  const { t, locale } = useInstance()
  const { toast } = useAnnouncer()
  const { name, key, schema } = waitFor
  // With the same id, an event whose answer was lost is sent once.
  const [id, setId] = useState(randomId)
  const send = async (value: Json) => {
    const sent = await client.events.send({ name, key, payload: isJsonObject(value) ? value : {}, id, ttl: KEPT_FOR })
    toast(sentText(sent, t, locale))
    const own = sent.refused.find((refusal) => refusal.runId === runId && refusal.nodeRunId === nodeRunId)
    if (own === undefined) {
      onClose()
      return
    }
    // Other runs have received it; corrected values are another event.
    setId(randomId())
    throw new TenonError('EVENT_PAYLOAD_INVALID', own.message)
  }
  return (
    <Dialog open size="l" onClose={onClose} title={t('runs.sendEvent.title', { name })}>
      <div className="tn-form">
        <p className="tn-muted">{t('runs.sendEvent.help', { key })}</p>
        <ValueForm
          schema={formSchema(schema)}
          texts={{
            json: t('runs.sendEvent.json'),
            noFields: t('runs.sendEvent.noFields'),
            failed: t('runs.sendEvent.failed'),
            submit: t('runs.sendEvent.submit'),
          }}
          {...(isOver
            ? {
                closed: (
                  <div role="alert">
                    <Callout tone="waiting" title={t('runs.sendEvent.over')} />
                  </div>
                ),
              }
            : {})}
          onCancel={onClose}
          onSubmit={send}
        />
      </div>
    </Dialog>
  )
}

/** Returns the schema of the form. One that lists no fields, but allows any, is entered as JSON. */
function formSchema(schema: JsonSchema | null): JsonSchema {
  if (schema === null || typeof schema === 'boolean') return ANY_OBJECT
  const { properties, additionalProperties } = schema
  const isEmpty = isJsonObject(properties) && Object.keys(properties).length === 0
  return isEmpty && additionalProperties !== false ? ANY_OBJECT : schema
}

const ANY_OBJECT: JsonSchema = { type: 'object' }

function sentText({ status, delivered, expiresAt, refused }: SentEvent, t: Translate, locale: string): string {
  if (status === 'buffered') {
    return t('runs.sendEvent.kept', { time: expiresAt === null ? '' : formatMoment(Date.parse(expiresAt), locale) })
  }
  const sent = t('runs.sendEvent.sent', { count: delivered })
  return refused.length === 0 ? sent : `${sent} ${t('runs.sendEvent.refused', { count: refused.length })}`
}

// `crypto.randomUUID` exists only on pages with HTTPS.
function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
