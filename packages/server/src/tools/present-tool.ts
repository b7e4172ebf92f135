import type { ToolInfo } from '@tenon/core/api'
import type { ToolRow } from '../tables/tool-repository.ts'
import type { VersionTool } from './version-tool.ts'

/** Returns a tool in the form of the wire. */
export function presentTool(row: ToolRow): ToolInfo {
  const { name, description, trigger, inputSchema } = JSON.parse(row.tool) as VersionTool
  const { workflow_id: workflowId, workflow_name: workflowName, version } = row
  return { name, description, workflowId, workflowName, version, trigger, inputSchema }
}
