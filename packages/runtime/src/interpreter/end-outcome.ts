import { isTemplate } from '@tenon/core/expression'
import type { PlanNode } from './plan.ts'

/**
 * Returns the outcome that the document gives an end, `completed` by default and for other nodes; null if it is a
 * template, whose value only a pass of the end knows.
 */
export function endOutcomeOf({ control, params }: Pick<PlanNode, 'control' | 'params'>): string | null {
  const outcome = control === 'end' ? (params.outcome ?? 'completed') : 'completed'
  return typeof outcome === 'string' && !isTemplate(outcome) ? outcome : null
}
