import type { TenonClient } from '@tenon/core/client'
import type { JsonObject, NodeId } from '@tenon/core/document'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useResource } from '../client/use-resource.ts'
import { useInstance } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { TriggerTexts } from '../shell/trigger-texts.tsx'
import { Button } from '../ui/button.tsx'
import { failureText } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Popover } from '../ui/popover.tsx'
import { SearchList } from '../ui/search-list.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { SCHEDULE_PRESETS, type SchedulePreset, scheduleSentence } from './schedule-words.ts'

interface ScheduleFieldsProps {
  readonly nodeId: NodeId
  readonly params: JsonObject
  readonly client: TenonClient
}

/** Pause in typing after which the next times are asked for. */
const TYPING_MS = 400
const COUNT = 5

/** Common schedules, time zones and the next times of the draft of a schedule. */
export function ScheduleFields(props: ScheduleFieldsProps) {
  return (
    <TriggerTexts>
      <Fields {...props} />
    </TriggerTexts>
  )
}

function Fields({ nodeId, params, client }: ScheduleFieldsProps) {
  const { t } = useInstance()
  const { dispatch } = useSession()
  const set = (param: string, value: string) => dispatch({ type: 'set-param', nodeId, path: [param], value })
  const sentence = scheduleSentence(params, t)
  const isCron = (params['repeat'] ?? 'cron') === 'cron'
  const cron = params['cron'] ?? SCHEDULE_PRESETS.weekdays
  const preset = isCron ? (PRESETS.find((name) => SCHEDULE_PRESETS[name] === cron) ?? null) : null
  return (
    <section className="tn-schedule" aria-label={t('triggers.schedule.title')}>
      {sentence !== null && <p className="tn-schedule-sentence">{sentence}</p>}
      <Field label={t('triggers.schedule.preset')}>
        <Select
          value={preset}
          placeholder={t('triggers.schedule.own')}
          options={PRESETS.map((value) => ({ value, label: t('triggers.schedule.presets', { preset: value }) }))}
          onChange={(name) => {
            if (!isCron) set('repeat', 'cron')
            set('cron', SCHEDULE_PRESETS[name])
          }}
        />
      </Field>
      <ZonePicker zone={String(params['zone'] ?? 'UTC')} onChoose={(zone) => set('zone', zone)} />
      <NextTimes params={params} client={client} />
    </section>
  )
}

const PRESETS = Object.keys(SCHEDULE_PRESETS) as readonly SchedulePreset[]

function ZonePicker({ zone, onChoose }: { readonly zone: string; readonly onChoose: (zone: string) => void }) {
  const { t } = useInstance()
  const [isOpen, setIsOpen] = useState(false)
  const zones = useMemo(() => ['UTC', ownZone(), ...Intl.supportedValuesOf('timeZone')], [])
  const find = useCallback(
    (query: string) => {
      const words = query.toLowerCase().split(/[\s_/]+/)
      const matches = zones.filter((name) => words.every((word) => name.toLowerCase().includes(word)))
      return [...new Set(matches)].slice(0, MAX_ZONES)
    },
    [zones],
  )
  return (
    <Field group label={t('triggers.schedule.zone')}>
      <Popover
        label={t('triggers.schedule.zone')}
        align="start"
        open={isOpen}
        onOpenChange={setIsOpen}
        trigger={<Button icon="search">{zone}</Button>}
      >
        <SearchList
          label={t('triggers.schedule.findZone')}
          listLabel={t('triggers.schedule.zones')}
          emptyText={t('triggers.schedule.noZone')}
          find={find}
          keyOf={(name) => name}
          onChoose={(name) => {
            setIsOpen(false)
            onChoose(name)
          }}
        >
          {(name) => name}
        </SearchList>
      </Popover>
    </Field>
  )
}

const MAX_ZONES = 50
const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** The next times as the server computes them, in the zone of the schedule and in that of the user. */
function NextTimes({ params, client }: Omit<ScheduleFieldsProps, 'nodeId'>) {
  const { t, locale } = useInstance()
  const text = useLater(JSON.stringify(params))
  const load = useCallback(
    (abortSignal: AbortSignal) =>
      client.triggers.preview({ params: JSON.parse(text) as JsonObject, count: COUNT }, { abortSignal }),
    [client, text],
  )
  const { value, error } = useResource(load)
  const own = ownZone()
  const format = (at: string, zone: string) =>
    new Intl.DateTimeFormat(locale, {
      ...{ timeZone: zone, weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' },
      ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    }).format(Date.parse(at))
  return (
    <Field group label={t('triggers.schedule.next')}>
      {error !== null ? (
        <p className="tn-field-note" data-error role="alert">
          {failureText(error, t, 'triggers.schedule.faulty')}
        </p>
      ) : value === null ? (
        <Skeleton height={20} lines={COUNT} />
      ) : (
        <ol className="tn-schedule-times" aria-label={t('triggers.schedule.next')}>
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

/** Returns a text as it was before a pause in typing. */
function useLater(text: string): string {
  const [later, setLater] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text])
  return later
}
