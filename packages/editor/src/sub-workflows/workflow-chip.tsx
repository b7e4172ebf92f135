import type { Json } from '@tenon/core/document'
import type { TenantWorkflows } from '../contexts/workflows-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { SubWorkflowTexts } from '../shell/sub-workflow-texts.tsx'
import { useWorkflow } from './use-workflow.ts'

interface WorkflowChipProps {
  readonly workflows: TenantWorkflows
  /** Param with the id of the workflow. */
  readonly value: Json | undefined
}

/** Name of the workflow that a node runs, on its card. */
export function WorkflowChip(props: WorkflowChipProps) {
  return (
    <SubWorkflowTexts>
      <Name {...props} />
    </SubWorkflowTexts>
  )
}

function Name({ workflows, value }: WorkflowChipProps) {
  const t = useTranslate()
  const workflowId = typeof value === 'string' ? value : ''
  const found = useWorkflow(workflows, workflowId)
  if (found === null) return t('subWorkflow.choose')
  const name = found.kind === 'found' ? found.value.name : found.kind === 'missing' ? t('subWorkflow.unknown') : null
  // The id says nothing to people, so it is the last resort.
  if (name === null) return found.kind === 'loading' ? '…' : workflowId
  const isGone = found.kind === 'missing' || (found.kind === 'found' && found.value.deletedAt !== null)
  const text = isGone && found.kind === 'found' ? t('subWorkflow.deletedName', { name }) : name
  return (
    <span className="tn-chip" data-tone={isGone ? 'broken' : undefined} title={text}>
      {text}
    </span>
  )
}
