import { isDurationString } from '../duration.ts'
import { TenonError } from '../errors/index.ts'
import type { NodeDefinition } from './definition.ts'

/** Refuses a default policy that no engine could carry out. */
export function checkPolicy({ type, policy }: Pick<NodeDefinition, 'type' | 'policy'>): void {
  if (policy === undefined) return
  for (const field of ['timeout', 'heartbeat'] as const) {
    const duration = policy[field]
    if (duration === undefined || isDurationString(duration)) continue
    throw new TenonError(
      'NODE_DEFINITION_INVALID',
      `Node type "${type}", policy.${field}: it is no duration like 30s`,
      {
        details: { type, place: `policy.${field}` },
      },
    )
  }
  const fault = policy.retry === undefined ? undefined : findRetryFault(policy.retry)
  if (fault === undefined) return
  throw new TenonError('RETRY_POLICY_INVALID', `Node type "${type}", policy.retry.${fault.field}: ${fault.why}`, {
    details: { type, place: `policy.retry.${fault.field}` },
  })
}

type RetryFault = { readonly field: string; readonly why: string }

function findRetryFault(retry: NonNullable<NonNullable<NodeDefinition['policy']>['retry']>): RetryFault | undefined {
  for (const field of ['initialInterval', 'maximumInterval'] as const) {
    const duration = retry[field]
    if (duration !== undefined && !isDurationString(duration)) return { field, why: 'it is no duration like 30s' }
  }
  const { maximumAttempts = 1, backoffCoefficient = 1 } = retry
  if (!Number.isSafeInteger(maximumAttempts) || maximumAttempts < 1) {
    return { field: 'maximumAttempts', why: 'it must be a whole number from 1 on' }
  }
  if (!(backoffCoefficient >= 1)) return { field: 'backoffCoefficient', why: 'it must be at least 1' }
  return undefined
}
