import type { ListedEvent, ReceivedEvent, TenonClient } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'
import { useCallback, useEffect, useState } from 'react'
import { ResourceError } from '../client/resource-error.tsx'
import { useResource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatSecond } from '../runs/format/instant.ts'
import { Badge } from '../ui/badge.tsx'
import { Field } from '../ui/field.tsx'

interface FilterTrialProps {
  readonly client: TenonClient
  readonly eventType: string
  /** Expression over the event; empty for none. */
  readonly filter: string
  /** Data that the host gives as an example of the type; `null` without one. */
  readonly example: Json
}

/** Events on which a filter is tried. */
const EVENTS = 5

type Evaluation = typeof import('@tenon/core/evaluate')

/** The last events of a type, each with what a filter gives for it. */
export function FilterTrial({ client, eventType, filter, example }: FilterTrialProps) {
  const { t, locale } = useInstance()
  const load = useCallback(
    (abortSignal: AbortSignal) => client.events.received({ type: eventType, limit: EVENTS }, { abortSignal }),
    [client, eventType],
  )
  const events = useResource(load)
  const evaluation = useEvaluation()
  if (events.value === null) {
    return events.error === null ? null : <ResourceError title={t('triggers.receivedFailed')} resource={events} />
  }
  const { items } = events.value
  const exampleEvent = { ...EXAMPLE, type: eventType, data: example }
  return (
    <Field
      group
      label={t('triggers.received')}
      help={t('triggers.receivedHelp')}
      hint={
        <button type="button" className="tn-text-button" onClick={events.refresh}>
          {t('triggers.refresh')}
        </button>
      }
    >
      {example !== null && evaluation !== null && (
        <p className="tn-trigger-event">
          <span>{t('triggers.example')}</span>
          <Outcome outcome={outcomeOf(evaluation, filter, exampleEvent)} />
        </p>
      )}
      {items.length === 0 ? (
        <p className="tn-panel-note">{t('triggers.noReceived', { type: eventType })}</p>
      ) : (
        <ul className="tn-trigger-events">
          {items.map((event) => (
            <li key={`${event.source} ${event.id}`} className="tn-trigger-event">
              <time dateTime={event.time}>{formatSecond(Date.parse(event.time), locale)}</time>
              {evaluation !== null && <Outcome outcome={outcomeOf(evaluation, filter, event)} />}
              <p className="tn-panel-note tn-mono" dir="ltr">
                {JSON.stringify(event.data)}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Field>
  )
}

/** Fields of an event that the example of a type, which is data alone, does not have. */
const EXAMPLE = { id: 'example', source: 'host', subject: null, time: '2026-01-01T00:00:00.000Z' } as const

type FilterOutcome =
  | { readonly kind: 'fits' | 'skipped' | 'no-boolean' }
  | { readonly kind: 'failed' | 'refused'; readonly why: string }

function Outcome({ outcome }: { readonly outcome: FilterOutcome }) {
  const { t } = useInstance()
  const tone = outcome.kind === 'fits' ? 'success' : outcome.kind === 'skipped' ? 'neutral' : 'failed'
  return (
    <>
      <Badge tone={tone}>{t('triggers.filterOutcome', { outcome: outcome.kind })}</Badge>
      {'why' in outcome && (
        <span className="tn-panel-note" dir="auto">
          {outcome.why}
        </span>
      )}
    </>
  )
}

/** Decides as the server does. */
function outcomeOf(
  { evaluateExpression, createPlainScope }: Evaluation,
  filter: string,
  listed: ReceivedEvent & Partial<Pick<ListedEvent, 'state' | 'code' | 'message'>>,
) {
  const { state, code, message, ...event } = listed
  // It has reached no trigger, whatever the filter gives.
  if (state === 'refused') return { kind: 'refused', why: message ?? code ?? '' } as const
  if (filter === '') return { kind: 'fits' } as const
  try {
    const value = evaluateExpression(filter, createPlainScope({ trigger: event }))
    return { kind: value === true ? 'fits' : value === false ? 'skipped' : 'no-boolean' } as const
  } catch (error) {
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) } as const
  }
}

/** Loads the evaluation of expressions, which pages without such triggers do without. */
function useEvaluation(): Evaluation | null {
  const [evaluation, setEvaluation] = useState<Evaluation | null>(null)
  useEffect(() => {
    let isOver = false
    void import('@tenon/core/evaluate').then((loaded) => {
      if (!isOver) setEvaluation(loaded)
    })
    return () => {
      isOver = true
    }
  }, [])
  return evaluation
}
