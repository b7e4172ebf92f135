import type { JsonObject, NodeId } from '@tenon/core/document'
import { useInstance } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { TriggerTexts } from '../shell/trigger-texts.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import { SCHEDULE_PRESETS, type SchedulePreset, scheduleSentence } from './schedule-words.ts'

interface ScheduleFieldsProps {
  readonly nodeId: NodeId
  readonly params: JsonObject
}

/** The draft of a schedule as a sentence, and common schedules to choose. */
export function ScheduleFields(props: ScheduleFieldsProps) {
  return (
    <TriggerTexts>
      <Fields {...props} />
    </TriggerTexts>
  )
}

function Fields({ nodeId, params }: ScheduleFieldsProps) {
  const { t } = useInstance()
  const { dispatch } = useSession()
  // A sentence about times that are refused would look like a promise.
  const hasFault = useEditorStore(({ problems }) =>
    problems.some(
      (problem) => problem.nodeId === nodeId && problem.severity === 'error' && problem.field[0] === 'params',
    ),
  )
  const set = (param: string, value: string) => dispatch({ type: 'set-param', nodeId, path: [param], value })
  const sentence = hasFault ? null : scheduleSentence(params, t)
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
    </section>
  )
}

const PRESETS = Object.keys(SCHEDULE_PRESETS) as readonly SchedulePreset[]
