import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '@tenon/core/document'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { KeyValueControl } from '../inspector/controls/key-value-control.tsx'
import { ParamRows } from '../inspector/controls/param-rows.tsx'
import { useTranslate } from '../instance/instance-context.ts'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { SubWorkflowTexts } from '../shell/sub-workflow-texts.tsx'
import { Callout } from '../ui/callout.tsx'
import { Chip } from '../ui/chip.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useInputSchema, useWorkflow } from './use-workflow.ts'

interface WorkflowInputProps extends ControlProps {
  readonly workflows: TenantWorkflows
}

/** Form of the input that a workflow takes; names and values if its input is not known. */
export function WorkflowInput(props: WorkflowInputProps) {
  return (
    <SubWorkflowTexts>
      <Input {...props} />
    </SubWorkflowTexts>
  )
}

function Input(props: WorkflowInputProps) {
  const t = useTranslate()
  const workflowId = useEditorStore((state) => textOf(state.nodesById.get(props.nodeId)?.params.workflow))
  const input = useInputSchema(props.workflows, workflowId)
  if (input.kind === 'loading') return <Skeleton lines={2} height={32} />
  if (input.kind === 'known' && input.schema !== null) {
    return <Fields {...props} schema={input.schema} workflowId={workflowId} />
  }
  return (
    <>
      {input.kind === 'failed' && <p className="tn-field-note">{t('subWorkflow.inputFailed')}</p>}
      <KeyValueControl {...props} />
    </>
  )
}

interface FieldsProps extends WorkflowInputProps {
  readonly schema: JsonSchema
  readonly workflowId: string
}

/** Fields of the schema. Values of other names stay until they are removed, since a workflow was perhaps exchanged. */
function Fields({ nodeId, field, value, isReadOnly, schema, workflows, workflowId }: FieldsProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const workflow = useWorkflow(workflows, workflowId)
  const values: JsonObject = isJsonObject(value) ? value : {}
  const fields = fieldsOf(schema, resolveSchema(schema, schema), field.path)
  const known = new Set(fields.map(({ name }) => name))
  const extra = Object.keys(values).filter((name) => !known.has(name))
  return (
    <div className="tn-group">
      <ParamRows
        nodeId={nodeId}
        path={field.path}
        rootSchema={schema}
        fields={fields}
        siblings={values}
        isReadOnly={isReadOnly}
      />
      {extra.length > 0 && (
        <Callout
          tone="waiting"
          title={t('subWorkflow.extra', { name: workflow?.kind === 'found' ? workflow.value.name : workflowId })}
        >
          {t('subWorkflow.extraHelp')}
          <span className="tn-people-named">
            {extra.map((name) => (
              <Chip
                key={name}
                {...(isReadOnly
                  ? {}
                  : { onRemove: () => dispatch({ type: 'unset-param', nodeId, path: [...field.path, name] }) })}
              >
                {name}
              </Chip>
            ))}
          </span>
        </Callout>
      )}
    </div>
  )
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
