import { TenonError } from '@tenon/core/errors'
import { hasPort } from '../interpreter/has-port.ts'
import type { PlanNode } from '../interpreter/plan.ts'

/**
 * Checks the port by which a node completes against the plan. Its ports are those of the document, also if its params
 * resolve to other ones: no edge leaves them, so the nodes after it would be skipped in silence.
 *
 * @throws {@link TenonError} `NODE_OUTPUT_INVALID` for a port that the plan lacks.
 */
export function checkPort(node: Pick<PlanNode, 'type' | 'control' | 'ports'>, port: string): void {
  if (hasPort(node, port)) return
  throw new TenonError('NODE_OUTPUT_INVALID', `"${node.type}" returned the port "${port}", which the workflow lacks`, {
    details: { port },
  })
}
