import type { TenantId, WorkflowDocument, WorkflowId } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { Plan } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import { serverIssue } from '../server-issue.ts'
import { findToolOfOther } from '../tables/tool-repository.ts'
import type { PreparedVersion } from '../versions/prepare-version.ts'
import { versionToolOf } from './version-tool.ts'

/** Names that clients, and the models behind them, accept. */
const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/

/** A draft to publish, with its plan. */
export interface ToolToCheck {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
  readonly document: Pick<WorkflowDocument, 'settings'>
  readonly prepared: Pick<PreparedVersion, 'plan'>
}

/**
 * Checks a workflow that is offered as a tool: its name and description, and that a call can start a run.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with the issues.
 */
export async function checkTool(
  { database }: Pick<ServerContext, 'database'>,
  { tenantId, workflowId, document, prepared }: ToolToCheck,
): Promise<void> {
  const { tool } = document.settings
  if (tool === undefined) return
  const { name, description } = tool
  const issues: ProblemIssue[] = []
  const report = (field: 'name' | 'description', fault: string) => {
    const setting = field === 'name' ? 'toolName' : 'toolDescription'
    const at = ['settings', 'tool', field]
    issues.push(serverIssue('POLICY_INVALID', at, `Settings of the workflow: ${fault}`, { setting, fault }))
  }
  if (!TOOL_NAME.test(name)) {
    report('name', 'the name of the tool must have 1 to 64 letters without accents, digits, "_" or "-"')
  } else {
    const other = await database.withTenant(tenantId, (tx) => findToolOfOther(tx, tenantId, { name, workflowId }))
    if (other !== null) report('name', `the workflow "${other.workflow_name}" already offers a tool "${name}"`)
  }
  if (description.trim() === '') {
    report('description', 'the description of the tool is empty; say what it does and when to use it')
  }
  if (versionToolOf(tool, JSON.parse(prepared.plan) as Plan) === null) {
    report('name', 'a tool needs an enabled start node, form, event or schedule, where a call can start a run')
  }
  const [first] = issues
  if (first !== undefined) throw new TenonError('WORKFLOW_INVALID', first.message, { details: { issues } })
}
