import type { SchedulePreview, TenonClient } from '@tenon/core/client'
import type { JsonObject } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { useCallback, useEffect, useState } from 'react'
import { useResource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { failureText } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ownTimeZone } from './time-zones.ts'

interface NextTimesProps {
  readonly params: JsonObject
  readonly client: TenonClient
}

/** Pause in typing after which the next times are asked for. */
const TYPING_MS = 400
const COUNT = 5

/** The next times as the server computes them, in the zone of the schedule and in that of the user. */
export function NextTimes({ params, client }: NextTimesProps) {
  const { t, locale } = useInstance()
  const text = useLater(JSON.stringify(params))
  const load = useCallback(
    (abortSignal: AbortSignal) =>
      client.triggers.preview({ params: JSON.parse(text) as JsonObject, count: COUNT }, { abortSignal }),
    [client, text],
  )
  const { value, error, refresh } = useResource(load)
  useRefreshWhenPast(value, refresh)
  const own = ownTimeZone()
  const format = (at: string, timeZone: string) =>
    new Intl.DateTimeFormat(locale, {
      ...{ timeZone, weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    }).format(Date.parse(at))
  const isFaulty = error instanceof TenonError && error.code === 'SCHEDULE_INVALID'
  const label = t('triggers.schedule.next')
  return (
    <Field group label={label} {...(value === null ? {} : { hint: value.zone })}>
      {isFaulty ? (
        <p className="tn-panel-note">{t('triggers.schedule.correct')}</p>
      ) : error !== null ? (
        <p className="tn-field-note" data-error role="alert">
          {failureText(error, t, 'triggers.schedule.nextFailed')}
        </p>
      ) : value === null ? (
        <Skeleton height={20} lines={COUNT} />
      ) : (
        <ol className="tn-schedule-times" aria-label={label}>
          {value.times.map(({ at, clockChange }) => (
            <li key={at}>
              <time dateTime={at}>{format(at, value.zone)}</time>
              {value.zone !== own && (
                <span className="tn-panel-note">{t('triggers.schedule.forYou', { time: format(at, own) })}</span>
              )}
              {clockChange !== null && (
                <span className="tn-panel-note" data-warning>
                  {t('triggers.schedule.clockChange', { clockChange })}
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </Field>
  )
}

/** Longest time after which they are asked for again: the clock of the device may change. */
const LONGEST_MS = 3_600_000

/** Asks again when the first of the times has passed. */
function useRefreshWhenPast(preview: SchedulePreview | null, refresh: () => void): void {
  useEffect(() => {
    const [first] = preview?.times ?? []
    if (preview === null || first === undefined) return
    // By the clock of the server, which may differ from that of the device.
    const untilMs = Date.parse(first.at) - Date.parse(preview.now)
    const timer = setTimeout(refresh, Math.min(LONGEST_MS, Math.max(0, untilMs) + 1_000))
    return () => clearTimeout(timer)
  }, [preview, refresh])
}

/** Returns a text as it was before a pause in typing. */
function useLater(text: string): string {
  const [later, setLater] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return later
}
