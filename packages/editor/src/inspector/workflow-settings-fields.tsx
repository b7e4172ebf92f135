import type { WorkflowSettings } from '@tenon/core/document'
import { useInstance } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { type TypedTextField, useTypedText } from '../session/use-typed-text.ts'
import { useWorkflowDetails } from '../session/workflow-details.ts'
import { PolicyTexts } from '../shell/policy-texts.tsx'
import { QueueTexts } from '../shell/queue-texts.tsx'
import { Field } from '../ui/field.tsx'
import { Switch } from '../ui/switch.tsx'
import { TextArea } from '../ui/text-input.tsx'
import { DurationInput } from './controls/duration-control.tsx'
import { settingsSentences } from './policy-summary.ts'
import { SettingsGroup } from './settings-group.tsx'
import { WorkflowDataFields } from './workflow-data-fields.tsx'
import { WorkflowHandlerFields } from './workflow-handler-fields.tsx'
import { WorkflowLimitFields } from './workflow-limit-fields.tsx'
import { WorkflowRequestFields } from './workflow-start-fields.tsx'
import { WorkflowToolFields } from './workflow-tool-fields.tsx'

interface WorkflowSettingsFieldsProps {
  readonly settings: WorkflowSettings
  readonly description: string
}

/** Fields of the workflow itself, with what they mean for its runs in words. */
export function WorkflowSettingsFields(props: WorkflowSettingsFieldsProps) {
  return (
    <PolicyTexts>
      <QueueTexts>
        <SettingsFields {...props} />
      </QueueTexts>
    </PolicyTexts>
  )
}

function SettingsFields({ settings, description }: WorkflowSettingsFieldsProps) {
  const { t, locale } = useInstance()
  const details = useWorkflowDetails()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const describe = (text: string) => {
    if (details !== null) details.update({ description: text })
    else dispatch({ type: 'set-setting', key: 'description', value: text === '' ? null : text })
  }
  return (
    <>
      <Field label={t('inspector.description')} help={t('inspector.descriptionHelp')}>
        <SettingText
          field={{ key: 'description', nodeId: null, path: ['description'], label: t('inspector.description') }}
          value={description}
          isReadOnly={false}
          onChange={describe}
        />
      </Field>
      <p className="tn-panel-note" role="note" aria-label={t('policy.says')}>
        {settingsSentences(settings, t, locale)}
      </p>
      <p className="tn-panel-note">{t('settings.applies')}</p>
      <SettingsGroup title={t('settings.group.starts')}>
        <WorkflowLimitFields settings={settings} />
      </SettingsGroup>
      <SettingsGroup title={t('settings.group.requests')}>
        <WorkflowRequestFields settings={settings} />
      </SettingsGroup>
      <SettingsGroup title={t('settings.group.timeAndData')}>
        <div data-param="timeout">
          <Field label={t('inspector.runLimit')} help={t('inspector.runLimitHelp')} group>
            <DurationInput
              field={{ key: 'timeout', nodeId: null, path: ['timeout'], label: t('inspector.runLimit') }}
              value={settings.timeout ?? null}
              minMs={1}
              isReadOnly={false}
              placeholder={t('control.noLimit')}
              unit="d"
              onChange={(value) => {
                const typed = { field: 'timeout', before: settings.timeout ?? '', after: value ?? '' }
                inBurst(typed, () => dispatch({ type: 'set-setting', key: 'timeout', value }))
              }}
            />
          </Field>
        </div>
        <Field label={t('inspector.undoOnCancel')} help={t('inspector.undoOnCancelHelp')}>
          <Switch
            checked={settings.compensateOnCancel !== false}
            onChange={(isOn) =>
              dispatch({ type: 'set-setting', key: 'compensateOnCancel', value: isOn ? null : false })
            }
          />
        </Field>
        <WorkflowDataFields settings={settings} />
      </SettingsGroup>
      <WorkflowHandlerFields settings={settings} />
      <WorkflowToolFields settings={settings} description={description} />
    </>
  )
}

interface SettingTextProps {
  readonly field: TypedTextField
  readonly value: string
  readonly isReadOnly: boolean
  readonly onChange: (value: string) => void
}

/** Field for a text that is stored as one value while the user types. */
function SettingText({ field, value, isReadOnly, onChange }: SettingTextProps) {
  const typed = useTypedText({ field, value, onCommit: onChange, isSame: isSameText })
  return (
    <TextArea
      value={typed.text}
      rows={3}
      maxLength={20_000}
      disabled={isReadOnly}
      onChange={typed.onChange}
      onBlur={typed.onBlur}
    />
  )
}

function isSameText(text: string, value: string): boolean {
  return text === value
}
