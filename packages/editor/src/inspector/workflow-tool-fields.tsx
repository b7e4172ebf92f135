import type { WorkflowSettings, WorkflowTool } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import { useSession } from '../session/session-context.tsx'
import { useBurst } from '../session/use-burst.ts'
import { ToolTexts } from '../shell/tool-texts.tsx'
import { Field } from '../ui/field.tsx'
import { Switch } from '../ui/switch.tsx'
import { TextArea, TextInput } from '../ui/text-input.tsx'
import { FieldFault } from './controls/field-fault.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'
import { SettingsGroup } from './settings-group.tsx'

interface WorkflowToolFieldsProps {
  readonly settings: WorkflowSettings
  /** Description of the workflow, with which that of the tool begins. */
  readonly description: string
}

/** Fields that offer a workflow as a tool to models of other products. */
export function WorkflowToolFields(props: WorkflowToolFieldsProps) {
  return (
    <ToolTexts>
      <ToolFields {...props} />
    </ToolTexts>
  )
}

/** Longest description of a tool, in characters: models read all of them with each request. */
const MOST_DESCRIPTION = 4_000

function ToolFields({ settings: { tool }, description }: WorkflowToolFieldsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const inBurst = useBurst()
  const [nameProblem, ...moreOfName] = useFieldProblems(null, ['settings', 'tool', 'name'])
  const [textProblem, ...moreOfText] = useFieldProblems(null, ['settings', 'tool', 'description'])
  const set = (value: WorkflowTool | null) =>
    dispatch({ type: 'set-setting', key: 'tool', value: value === null ? null : { ...value } })
  const change = (before: WorkflowTool, field: keyof WorkflowTool, after: string) =>
    inBurst({ field: `tool.${field}`, before: before[field], after }, () => set({ ...before, [field]: after }))
  return (
    <SettingsGroup title={t('tools.group')}>
      <Field label={t('tools.offer')} help={t('tools.offerHelp')}>
        <Switch
          checked={tool !== undefined}
          onChange={(isOn) => set(isOn ? { name: '', description: description.slice(0, MOST_DESCRIPTION) } : null)}
        />
      </Field>
      {tool !== undefined && (
        <>
          <div data-param="tool.name">
            <Field
              label={t('tools.name')}
              help={t('tools.nameHelp')}
              error={
                nameProblem === undefined ? undefined : <FieldFault problem={nameProblem} more={moreOfName.length} />
              }
            >
              <TextInput
                value={tool.name}
                placeholder="refund_order"
                maxLength={64}
                onChange={(name) => change(tool, 'name', name)}
              />
            </Field>
          </div>
          <div data-param="tool.description">
            <Field
              label={t('tools.description')}
              help={t('tools.descriptionHelp')}
              error={
                textProblem === undefined ? undefined : <FieldFault problem={textProblem} more={moreOfText.length} />
              }
            >
              <TextArea
                value={tool.description}
                rows={3}
                maxLength={MOST_DESCRIPTION}
                onChange={(text) => change(tool, 'description', text)}
              />
            </Field>
          </div>
        </>
      )}
    </SettingsGroup>
  )
}
