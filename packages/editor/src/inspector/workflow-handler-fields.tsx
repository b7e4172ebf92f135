import type { ErrorHandler, WorkflowSettings } from '@tenon/core/document'
import { useContext } from 'react'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { HandlerTexts } from '../shell/handler-texts.tsx'
import { Field } from '../ui/field.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Switch } from '../ui/switch.tsx'
import { TextInput } from '../ui/text-input.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'
import { SettingsGroup } from './settings-group.tsx'

const loadControls = () => import('../sub-workflows/controls.tsx')
const AT = ['settings', 'errorHandler', 'workflow']

interface WorkflowHandlerFieldsProps {
  readonly settings: WorkflowSettings
}

/** Fields for the workflow that handles the failures of runs. */
export function WorkflowHandlerFields(props: WorkflowHandlerFieldsProps) {
  return (
    <HandlerTexts>
      <HandlerFields {...props} />
    </HandlerTexts>
  )
}

function HandlerFields({ settings: { errorHandler } }: WorkflowHandlerFieldsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const [problem, ...more] = useFieldProblems(null, AT)
  const set = (value: ErrorHandler | null) =>
    dispatch({ type: 'set-setting', key: 'errorHandler', value: value === null ? null : { ...value } })
  return (
    <SettingsGroup title={t('handler.group')}>
      <div data-param="errorHandler.workflow">
        <Field
          label={t('handler.workflow')}
          help={t('handler.workflowHelp')}
          error={problem === undefined ? undefined : <FieldFault problem={problem} more={more.length} />}
        >
          <div className="tn-workflow-picker">
            <HandlerWorkflow
              value={errorHandler?.workflow ?? ''}
              isInvalid={problem !== undefined}
              onChange={(workflow) => set(workflow === '' ? null : { ...errorHandler, workflow })}
            />
            {errorHandler !== undefined && (
              <IconButton icon="close" label={t('handler.remove')} onClick={() => set(null)} />
            )}
          </div>
        </Field>
      </div>
      {errorHandler !== undefined &&
        (['onTimeout', 'onCancel'] as const).map((end) => (
          <Field key={end} label={t(`handler.${end}`)}>
            <Switch
              checked={errorHandler[end] === true}
              onChange={(isOn) => {
                const { [end]: _, ...others } = errorHandler
                set(isOn ? { ...others, [end]: true } : others)
              }}
            />
          </Field>
        ))}
    </SettingsGroup>
  )
}

interface HandlerWorkflowProps {
  readonly value: string
  readonly isInvalid: boolean
  readonly onChange: (workflowId: string) => void
}

/** List of the workflows of the tenant; in a controlled editor, which knows none, a field for an id. */
function HandlerWorkflow({ value, isInvalid, onChange }: HandlerWorkflowProps) {
  const t = useTranslate()
  const workflows = useContext(WorkflowsContext)
  const inBurst = useBurst()
  if (workflows === null) {
    const type = (after: string) => inBurst({ field: 'errorHandler', before: value, after }, () => onChange(after))
    return <TextInput value={value} placeholder={t('handler.id')} maxLength={200} onChange={type} />
  }
  return (
    <LaterPart load={loadControls} waiting={(trouble) => trouble ?? <Skeleton height={32} />}>
      {({ WorkflowPicker }) => (
        <WorkflowPicker
          workflows={workflows}
          value={value}
          isReadOnly={false}
          isInvalid={isInvalid}
          onChange={(chosen) => onChange(typeof chosen === 'string' ? chosen : '')}
        />
      )}
    </LaterPart>
  )
}
