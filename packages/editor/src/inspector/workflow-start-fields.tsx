import { type Json, START_LIMITS, type WorkflowSettings } from '@tenon/core/document'
import { useRef } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { DurationInput } from './controls/duration-control.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'
import { StartKeyField } from './start-key-field.tsx'

interface StartFieldsProps {
  readonly settings: WorkflowSettings
}

/** Fields for requests that repeat an earlier one, that are merged, and whose items are collected. */
export function WorkflowRequestFields({ settings }: StartFieldsProps) {
  return (
    <>
      <DedupeFields settings={settings} />
      <DebounceFields settings={settings} />
      <BatchingFields settings={settings} />
    </>
  )
}

type StartSetting = 'rate' | 'dedupe' | 'debounce' | 'batching'

/** Returns a function that stores a setting, typing of one field as one step of the history. */
function useSetSetting(key: StartSetting) {
  const { dispatch } = useSession()
  const inBurst = useBurst()
  return (value: Json, typed: { readonly field: string; readonly before: string; readonly after: string }) =>
    inBurst({ ...typed, field: `${key}.${typed.field}` }, () => dispatch({ type: 'set-setting', key, value }))
}

/** Returns the last value that a setting had: one that is emptied to type another number keeps its other fields. */
function useLast<Value>(value: Value | undefined): Value | undefined {
  const last = useRef(value)
  if (value !== undefined) last.current = value
  return last.current
}

/** Leaves out an empty text. */
function withKey(setting: { readonly [name: string]: Json }, key: string): Json {
  const { key: _, ...rest } = setting
  return key === '' ? rest : { ...rest, key }
}

/** Fields for the most starts of a workflow in an interval. */
export function RateFields({ settings: { rate } }: StartFieldsProps) {
  const t = useTranslate()
  const set = useSetSetting('rate')
  const last = useLast(rate)
  const label = t('limits.rate')
  const unreadable = useUnreadable({ key: 'rate/limit', nodeId: null, path: ['rate'], label })
  return (
    <>
      <div data-param="rate">
        <Field label={label} help={t('limits.rateHelp')}>
          <NumberInput
            {...unreadable}
            integer
            min={1}
            max={START_LIMITS.starts}
            value={rate?.limit ?? null}
            placeholder={t('control.noLimit')}
            onChange={(limit) => {
              const value = limit === null ? null : { interval: '1m', ...last, limit }
              set(value, { field: 'limit', before: String(rate?.limit ?? ''), after: String(limit ?? '') })
            }}
          />
        </Field>
      </div>
      {rate !== undefined && (
        <>
          <DurationField
            setting="rate"
            name="interval"
            label={t('limits.rateInterval')}
            help={t('limits.rateIntervalHelp')}
            value={rate.interval}
            onChange={(interval) =>
              set({ ...rate, interval: interval ?? '1m' }, typedOf('interval', rate.interval, interval))
            }
          />
          <StartKeyField
            setting="rate"
            label={t('limits.rateKey')}
            help={t('limits.keyHelp')}
            value={rate.key ?? ''}
            onChange={(key) => set(withKey({ ...rate }, key), typedOf('key', rate.key, key))}
          />
        </>
      )}
    </>
  )
}

function DedupeFields({ settings: { dedupe } }: StartFieldsProps) {
  const t = useTranslate()
  const { store } = useSession()
  const set = useSetSetting('dedupe')
  const last = useLast(dedupe)
  return (
    <>
      <DurationField
        setting="dedupe"
        name="window"
        label={t('limits.dedupe')}
        help={t('limits.dedupeHelp')}
        value={dedupe?.window ?? null}
        onChange={(window) => {
          // The key comes next, so that it is missing is no fault yet.
          if (dedupe === undefined && window !== null) store.setState({ freshSetting: 'dedupe.key' })
          set(window === null ? null : { key: '', ...last, window }, typedOf('window', dedupe?.window, window))
        }}
      />
      {dedupe !== undefined && (
        <StartKeyField
          setting="dedupe"
          label={t('limits.dedupeKey')}
          help={t('limits.dedupeKeyHelp')}
          value={dedupe.key}
          onChange={(key) => set({ ...dedupe, key }, typedOf('key', dedupe.key, key))}
        />
      )}
    </>
  )
}

function DebounceFields({ settings: { debounce } }: StartFieldsProps) {
  const t = useTranslate()
  const set = useSetSetting('debounce')
  const last = useLast(debounce)
  return (
    <>
      <DurationField
        setting="debounce"
        name="delay"
        label={t('limits.debounce')}
        help={t('limits.debounceHelp')}
        value={debounce?.delay ?? null}
        onChange={(delay) => set(delay === null ? null : { ...last, delay }, typedOf('delay', debounce?.delay, delay))}
      />
      {debounce !== undefined && (
        <>
          <DurationField
            setting="debounce"
            name="maxWait"
            label={t('limits.debounceMaxWait')}
            help={t('limits.debounceMaxWaitHelp')}
            value={debounce.maxWait ?? null}
            onChange={(maxWait) => {
              const { maxWait: before, ...rest } = debounce
              set(maxWait === null ? rest : { ...rest, maxWait }, typedOf('maxWait', before, maxWait))
            }}
          />
          <StartKeyField
            setting="debounce"
            label={t('limits.debounceKey')}
            help={t('limits.debounceKeyHelp')}
            value={debounce.key ?? ''}
            onChange={(key) => set(withKey({ ...debounce }, key), typedOf('key', debounce.key, key))}
          />
        </>
      )}
    </>
  )
}

function BatchingFields({ settings: { batching } }: StartFieldsProps) {
  const t = useTranslate()
  const set = useSetSetting('batching')
  const last = useLast(batching)
  const label = t('limits.batching')
  const unreadable = useUnreadable({ key: 'batching/maxSize', nodeId: null, path: ['batching', 'maxSize'], label })
  const [problem, ...more] = useFieldProblems(null, ['settings', 'batching', 'maxSize'])
  return (
    <>
      <div data-param="batching.maxSize">
        <Field
          label={label}
          help={t('limits.batchingHelp')}
          error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
        >
          <NumberInput
            {...unreadable}
            integer
            min={2}
            max={START_LIMITS.items}
            value={batching?.maxSize ?? null}
            placeholder={t('limits.off')}
            onChange={(maxSize) => {
              const value = maxSize === null ? null : { maxWait: '1m', ...last, maxSize }
              set(value, { field: 'maxSize', before: String(batching?.maxSize ?? ''), after: String(maxSize ?? '') })
            }}
          />
        </Field>
      </div>
      {batching !== undefined && (
        <>
          <DurationField
            setting="batching"
            name="maxWait"
            label={t('limits.batchingMaxWait')}
            help={t('limits.batchingMaxWaitHelp')}
            value={batching.maxWait}
            onChange={(maxWait) =>
              set({ ...batching, maxWait: maxWait ?? '1m' }, typedOf('maxWait', batching.maxWait, maxWait))
            }
          />
          <StartKeyField
            setting="batching"
            label={t('limits.batchingKey')}
            help={t('limits.batchingKeyHelp')}
            value={batching.key ?? ''}
            onChange={(key) => set(withKey({ ...batching }, key), typedOf('key', batching.key, key))}
          />
        </>
      )}
    </>
  )
}

function typedOf(field: string, before: string | undefined, after: string | null) {
  return { field, before: before ?? '', after: after ?? '' }
}

interface DurationFieldProps {
  readonly setting: StartSetting
  readonly name: string
  readonly label: string
  readonly help: string
  readonly value: string | null
  readonly onChange: (value: string | null) => void
}

function DurationField({ setting, name, label, help, value, onChange }: DurationFieldProps) {
  const t = useTranslate()
  const [problem, ...more] = useFieldProblems(null, ['settings', setting, name])
  return (
    <div data-param={`${setting}.${name}`}>
      <Field
        label={label}
        help={help}
        error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
        group
      >
        <DurationInput
          field={{ key: `${setting}/${name}`, nodeId: null, path: [setting, name], label }}
          value={value}
          minMs={START_LIMITS.minMs}
          maxMs={START_LIMITS.maxMs}
          isReadOnly={false}
          placeholder={t('limits.off')}
          unit="m"
          onChange={onChange}
        />
      </Field>
    </div>
  )
}
