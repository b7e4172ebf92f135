import { type Json, RUN_PRIORITIES, START_LIMITS, type WorkflowSettings } from '@tenon/core/document'
import { useRef } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'
import { Select } from '../ui/select.tsx'
import { StartKeyField } from './start-key-field.tsx'
import { RateFields } from './workflow-start-fields.tsx'

interface WorkflowLimitFieldsProps {
  readonly settings: WorkflowSettings
}

/** Fields for the most runs of a workflow in progress at once, for their most starts in an interval, and for their priority. */
export function WorkflowLimitFields({ settings }: WorkflowLimitFieldsProps) {
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
            max={START_LIMITS.runs}
            value={concurrency?.limit ?? null}
            placeholder={t('control.noLimit')}
            onChange={(limit) => setLimit(limit)}
          />
        </Field>
      </div>
      {concurrency !== undefined && (
        <StartKeyField
          setting="concurrency"
          label={t('limits.key')}
          help={t('limits.keyHelp')}
          value={concurrency.key ?? ''}
          onChange={(key) => {
            const value: Json = key === '' ? { limit: concurrency.limit } : { limit: concurrency.limit, key }
            const typed = { field: 'concurrency.key', before: concurrency.key ?? '', after: key }
            inBurst(typed, () => dispatch({ type: 'set-setting', key: 'concurrency', value }))
          }}
        />
      )}
      <RateFields settings={settings} />
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
