import type { TriggerEvent } from '@tenon/core/client'
import type { RunId } from '@tenon/core/document'
import type { Resource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { formatMoment, formatSecond } from '../runs/format/instant.ts'
import { Badge } from '../ui/badge.tsx'
import { Field } from '../ui/field.tsx'

interface TriggerEventsProps {
  readonly events: Pick<Resource<{ readonly items: readonly TriggerEvent[] }>, 'value'>
  /** Opens a run; `null` if the host has no page for it. */
  readonly onOpenRun: ((runId: RunId) => void) | null
}

/** The last events of a trigger with their outcomes; its parent adds the texts of triggers. */
export function TriggerEvents({ events, onOpenRun }: TriggerEventsProps) {
  const { t } = useInstance()
  const items = [...(events.value?.items ?? [])].sort(
    (a, b) => shownAt(b) - shownAt(a) || Date.parse(b.at) - Date.parse(a.at),
  )
  return (
    <Field group label={t('triggers.events')} hint={t('triggers.yourTime')}>
      {items.length === 0 ? (
        <p className="tn-panel-note">{t('triggers.noEvents')}</p>
      ) : (
        <ul className="tn-trigger-events">
          {items.map((event) => (
            <EventRow key={event.eventId} event={event} onOpenRun={onOpenRun} />
          ))}
        </ul>
      )}
    </Field>
  )
}

/** Time that a row shows: a time of a schedule may be decided long after it. */
function shownAt({ at, dueAt }: TriggerEvent): number {
  return Date.parse(dueAt ?? at)
}

/** A run that is later than this after its time shows the time of its start. */
const LATE_MS = 60_000

function EventRow({ event, onOpenRun }: Pick<TriggerEventsProps, 'onOpenRun'> & { readonly event: TriggerEvent }) {
  const { t, locale } = useInstance()
  const { at, dueAt, mode, outcome, runId, repeats, message } = event
  const tone = outcome === 'rejected' || outcome === 'failed' ? 'failed' : outcome === 'started' ? 'success' : 'neutral'
  return (
    <li className="tn-trigger-event">
      <time dateTime={dueAt ?? at}>{(dueAt === null ? formatSecond : formatMoment)(shownAt(event), locale)}</time>
      <Badge tone={tone}>{t('triggers.outcome', { outcome })}</Badge>
      {mode === 'test' && <Badge>{t('triggers.isTest')}</Badge>}
      {dueAt !== null && outcome === 'started' && Date.parse(at) - Date.parse(dueAt) > LATE_MS && (
        <span className="tn-panel-note">
          {t('triggers.schedule.late', { time: formatMoment(Date.parse(at), locale) })}
        </span>
      )}
      {outcome === 'filtered' && (
        <span className="tn-panel-note">{t('triggers.filtered', { count: repeats + 1 })}</span>
      )}
      {repeats > 0 && outcome !== 'missed' && outcome !== 'filtered' && (
        <span className="tn-panel-note">{t('triggers.repeats', { count: repeats })}</span>
      )}
      {runId !== null && onOpenRun !== null && (
        <button type="button" className="tn-text-button" onClick={() => onOpenRun(runId)}>
          {t('triggers.openRun')}
        </button>
      )}
      {message !== null && (
        <p className="tn-panel-note" dir="auto">
          {message}
        </p>
      )}
    </li>
  )
}
