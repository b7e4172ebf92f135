import type { WorkflowSettings } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { useUnreadable } from '../session/use-unreadable.ts'
import { DataTexts } from '../shell/data-texts.tsx'
import { Field } from '../ui/field.tsx'
import { NumberInput } from '../ui/number-input.tsx'

/** Most days that a document can have. */
const MOST_DAYS = 36_500

interface WorkflowDataFieldsProps {
  readonly settings: WorkflowSettings
}

/** Field for the days for which the runs of a workflow are kept. */
export function WorkflowDataFields(props: WorkflowDataFieldsProps) {
  return (
    <DataTexts>
      <KeepDays {...props} />
    </DataTexts>
  )
}

function KeepDays({ settings: { keepRunsDays } }: WorkflowDataFieldsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const field = { key: 'keepRunsDays', nodeId: null, path: ['keepRunsDays'], label: t('data.keepDays') } as const
  const unreadable = useUnreadable(field)
  return (
    <div data-param="keepRunsDays">
      <Field label={t('data.keepDays')} help={t('data.keepDaysHelp')}>
        <NumberInput
          {...unreadable}
          integer
          min={1}
          max={MOST_DAYS}
          value={keepRunsDays ?? null}
          placeholder={t('data.keepDaysDefault')}
          onChange={(value) => {
            const typed = { field: 'keepRunsDays', before: String(keepRunsDays ?? ''), after: String(value ?? '') }
            inBurst(typed, () => dispatch({ type: 'set-setting', key: 'keepRunsDays', value }))
          }}
        />
      </Field>
    </div>
  )
}
