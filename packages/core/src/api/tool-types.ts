import type { NodeId, WorkflowId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'

/** A published workflow that models of other products may call, by an adapter of the server such as that for MCP. */
export interface ToolInfo {
  /** Unique in the tenant; see `WorkflowTool`. */
  readonly name: string
  /** Text for the model. */
  readonly description: string
  /** Workflow of which a call starts a run. */
  readonly workflowId: WorkflowId
  /** Name of the workflow. */
  readonly workflowName: string
  /** Published version that declares the tool. */
  readonly version: string
  /** Trigger at which the runs start. */
  readonly trigger: NodeId
  /** Schema of the input of the run; `null` for any input. */
  readonly inputSchema: JsonSchema | null
}
