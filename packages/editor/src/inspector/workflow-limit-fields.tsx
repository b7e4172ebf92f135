import { type Json, RUN_PRIORITIES, type WorkflowSettings } from '@tenon/core/document'
import { useRef } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useTypedText } from '../session/use-typed-text.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { QueueTexts } from '../shell/queue-texts.tsx'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { Select } from '../ui/select.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'

/** Highest limit of runs in progress, as the shape of a document has it. */
const MOST_RUNS = 10_000
const KEY_EXAMPLE = '{{ input.customerId }}'

interface WorkflowLimitFieldsProps {
  readonly settings: WorkflowSettings
}

/** Fields for the most runs of a workflow in progress at once, and for their priority. */
export function WorkflowLimitFields(props: WorkflowLimitFieldsProps) {
  return (
    <QueueTexts>
      <LimitFields {...props} />
    </QueueTexts>
  )
}

function LimitFields({ settings }: WorkflowLimitFieldsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const { concurrency, priority = 'normal' } = settings
  // A limit that is emptied to type another one keeps its key.
  const lastKey = useRef(concurrency?.key)
  if (concurrency !== undefined) lastKey.current = concurrency.key
  const field = { key: 'concurrency', nodeId: null, path: ['concurrency'], label: t('limits.atOnce') } as const
  const unreadable = useUnreadable(field)
  const setLimit = (limit: number | null, key = lastKey.current) => {
    const value: Json = limit === null ? null : { limit, ...(key === undefined ? {} : { key }) }
    const typed = { field: 'concurrency', before: String(concurrency?.limit ?? ''), after: String(limit ?? '') }
    inBurst(typed, () => dispatch({ type: 'set-setting', key: 'concurrency', value }))
  }
  return (
    <>
      <div data-param="concurrency">
        <Field label={t('limits.atOnce')} help={t('limits.atOnceHelp')}>
          <NumberInput
            {...unreadable}
            integer
            min={1}
            max={MOST_RUNS}
            value={concurrency?.limit ?? null}
            placeholder={t('control.noLimit')}
            onChange={(limit) => setLimit(limit)}
          />
        </Field>
      </div>
      {concurrency !== undefined && (
        <KeyField
          value={concurrency.key ?? ''}
          onChange={(key) => {
            const value: Json = key === '' ? { limit: concurrency.limit } : { limit: concurrency.limit, key }
            const typed = { field: 'concurrency.key', before: concurrency.key ?? '', after: key }
            inBurst(typed, () => dispatch({ type: 'set-setting', key: 'concurrency', value }))
          }}
        />
      )}
      <div data-param="priority">
        <Field label={t('limits.priority')} help={t('limits.priorityHelp')}>
          <Select
            value={priority}
            options={RUN_PRIORITIES.map((value) => ({ value, label: t(`limits.priorityChoice.${value}`) }))}
            onChange={(value) =>
              dispatch({ type: 'set-setting', key: 'priority', value: value === 'normal' ? null : value })
            }
          />
        </Field>
      </div>
    </>
  )
}

interface KeyFieldProps {
  readonly value: string
  readonly onChange: (key: string) => void
}

function KeyField({ value, onChange }: KeyFieldProps) {
  const t = useTranslate()
  const typed = useTypedText({
    field: { key: 'concurrency/key', nodeId: null, path: ['concurrency', 'key'], label: t('limits.key') },
    value,
    onCommit: (text) => onChange(text.trim()),
  })
  const [problem, ...more] = useFieldProblems(null, ['settings', 'concurrency', 'key'])
  return (
    <div data-param="concurrency.key">
      <Field
        label={t('limits.key')}
        help={t('limits.keyHelp')}
        error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
      >
        <TextInput
          value={typed.text}
          maxLength={20_000}
          spellCheck={false}
          placeholder={t('control.example', { value: KEY_EXAMPLE })}
          onChange={typed.onChange}
          onBlur={typed.onBlur}
        />
      </Field>
    </div>
  )
}
