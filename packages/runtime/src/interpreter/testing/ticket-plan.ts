import type { NodePolicy } from '@tenon/core/document'
import type { Plan } from '../plan.ts'
import { planOf } from './plan-of.ts'

/**
 * Creates the plan of the support ticket router: guardrails, a review by a person, two parallel branches.
 *
 * @param escalate - Policy of the node that escalates.
 */
export function ticketPlan(escalate: NodePolicy = {}): Plan {
  return planOf(
    [
      'start',
      ['analyze:probe', { onError: 'route' }],
      'guardrails:if-else',
      'review:approval',
      'happy:if-else',
      'respond:probe',
      'split:fork',
      ['escalate:probe', escalate],
      'log:probe',
      'meet:join',
      'answered:end',
      'escalated:end',
      'rejected:end',
    ],
    [
      'start>analyze',
      'analyze>guardrails',
      'analyze:error>review',
      'guardrails:true>happy',
      'guardrails:false>review',
      'review:approve>happy',
      'review:reject>rejected',
      'happy:true>respond',
      'happy:false>split',
      'respond>answered',
      'split:a>escalate',
      'split:b>log',
      'escalate>meet',
      'log>meet',
      'meet>escalated',
    ],
  )
}
