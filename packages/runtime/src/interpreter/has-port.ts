import { ALL_PORTS } from '@tenon/core/run'
import { ERROR_PORT } from './finish-node.ts'
import type { PlanNode } from './plan.ts'

/** Checks whether a node can complete by a port: one of the plan, or all of them for a fork. */
export function hasPort({ control, ports }: Pick<PlanNode, 'control' | 'ports'>, port: string): boolean {
  // No edge leaves such a node, for instance an end, and the name of its port has no effect.
  if (ports.length === 0) return port !== ERROR_PORT
  return ports.includes(port) || (control === 'fork' && port === ALL_PORTS)
}
