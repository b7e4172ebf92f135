import { findRetryFaults } from '../document/retry-policy.ts'
import { isDurationString } from '../duration.ts'
import { TenonError } from '../errors/index.ts'
import type { NodeDefinition } from './definition.ts'

/** Refuses an invalid default policy. */
export function checkPolicy({ type, policy }: Pick<NodeDefinition, 'type' | 'policy'>): void {
  if (policy === undefined) return
  for (const field of ['timeout', 'heartbeat'] as const) {
    const duration = policy[field]
    if (duration === undefined || isDurationString(duration)) continue
    throw new TenonError(
      'NODE_DEFINITION_INVALID',
      `Node type "${type}", policy.${field}: it must be a duration like 30s`,
      {
        details: { type, field: `policy.${field}` },
      },
    )
  }
  const [fault] = policy.retry === undefined ? [] : findRetryFaults(policy.retry)
  if (fault === undefined) return
  throw new TenonError('RETRY_POLICY_INVALID', `Node type "${type}", policy.retry: ${fault.message}`, {
    details: { type, field: `policy.retry.${fault.field}` },
  })
}
