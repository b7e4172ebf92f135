import type { JsonObject, JsonSchema, NodeId, WorkflowTool } from '@tenon/core/document'
import { handInputSchema, startsByHand } from '@tenon/core/node'
import { firstTrigger, inputSchemaOf } from '@tenon/runtime'
import type { Plan, PlanNode } from '@tenon/runtime/interpreter'

/** A tool as its version stores it: what callers have to know without the plan. */
export interface VersionTool extends WorkflowTool {
  /** Trigger at which the runs start: that of a start by the API which names none. */
  readonly trigger: NodeId
  /** `null` for any input. */
  readonly inputSchema: JsonSchema | null
}

/** Returns a workflow as a tool; `null` if no run of it can be started by a call. */
export function versionToolOf(tool: WorkflowTool, plan: Pick<Plan, 'nodes'>): VersionTool | null {
  const trigger = firstTrigger(plan) ?? plan.nodes.find(isManual)
  if (trigger === undefined) return null
  const { name, description } = tool
  return { name, description, trigger: trigger.id, inputSchema: callSchemaOf(trigger) }
}

function isManual({ control, disabled, trigger }: PlanNode): boolean {
  return control === 'trigger' && !disabled && startsByHand(trigger)
}

function callSchemaOf(node: PlanNode): JsonSchema | null {
  return node.trigger === undefined ? inputSchemaOf(node) : handInputSchema(node.trigger, node.params as JsonObject)
}
