import {
  DEFAULT_RETRY,
  DEFAULT_TIMEOUT,
  durationToMs,
  isDurationString,
  type JoinMode,
  type NodePolicy,
  type OnError,
  RETRY_INTERVAL_GROWTH,
  RETRY_LIMITS,
} from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { SurveyedNode } from '@tenon/core/validate'
import type { IssueList } from './compile-issues.ts'
import type { CompiledRetryPolicy } from './plan.ts'

/** The part of a plan's node that its policy defines. */
export interface CompiledPolicy {
  readonly skipIf: string | null
  readonly join: JoinMode
  readonly onError: OnError
  readonly retry: CompiledRetryPolicy
  readonly retryIf: string | null
  readonly timeoutMs: number | null
  readonly totalTimeoutMs: number | null
  readonly heartbeatMs: number | null
  readonly taskQueue: string | null
  readonly idempotency: string | null
}

type Report = (field: string, code: string, message: string) => void

function msOf(duration: string | undefined, field: string, report: Report): number | null {
  if (duration === undefined) return null
  if (isDurationString(duration)) return durationToMs(duration)
  report(field, 'POLICY_INVALID', `${field} must be a duration like 30s`)
  return null
}

function compileRetry(policy: NodePolicy['retry'], report: Report): CompiledRetryPolicy {
  const { initialInterval, backoffCoefficient, maximumInterval, maximumAttempts, nonRetryableErrorTypes } = {
    ...DEFAULT_RETRY,
    ...policy,
  }
  // Validation has refused values outside of the limits; a plan enforces them in any case.
  const { minIntervalMs, attempts } = RETRY_LIMITS
  const initialIntervalMs = Math.max(msOf(initialInterval, 'retry.initialInterval', report) ?? 0, minIntervalMs)
  const maximumIntervalMs =
    msOf(maximumInterval, 'retry.maximumInterval', report) ?? RETRY_INTERVAL_GROWTH * initialIntervalMs
  if (!Number.isSafeInteger(maximumAttempts) || maximumAttempts < 1) {
    report('retry.maximumAttempts', 'POLICY_INVALID', 'maximumAttempts must be a whole number of at least 1')
  }
  if (!(backoffCoefficient >= 1)) {
    report('retry.backoffCoefficient', 'POLICY_INVALID', 'backoffCoefficient must be at least 1')
  }
  return {
    backoffCoefficient,
    initialIntervalMs,
    maximumAttempts: Math.min(maximumAttempts, attempts),
    maximumIntervalMs: Math.max(maximumIntervalMs, initialIntervalMs),
    nonRetryableErrorTypes: nonRetryableErrorTypes ?? [],
  }
}

function compileJoin(join: JoinMode, report: Report): JoinMode {
  if (typeof join === 'object' && !(Number.isSafeInteger(join.count) && join.count >= 1)) {
    report('join', 'POLICY_INVALID', 'count must be a whole number of at least 1')
  }
  return join
}

/** A node that undoes another one waits for a person after a failure, unless its author lets the run skip it. */
function compensationOnError({ onError }: NodePolicy): OnError {
  return onError === 'continue' ? 'continue' : 'park'
}

/**
 * Merges a node's own policy into that of its type, field by field, and fills in defaults: 3 attempts with a first wait
 * of 1 s that doubles up to 100 times that, and 30 s per attempt for dispatched nodes.
 *
 * @param undoesOther - True for a node that undoes another one.
 */
export function compilePolicy(
  own: NodePolicy | undefined,
  entry: Pick<NodeManifestEntry, 'policy' | 'inline'>,
  issues: Pick<IssueList, 'add'>,
  path: readonly (string | number)[],
  undoesOther: boolean,
): CompiledPolicy {
  const report: Report = (field, code, message) => issues.add([...path, ...field.split('.')], code, message)
  const policy: NodePolicy = { ...entry.policy, ...own }
  return {
    skipIf: policy.skipIf ?? null,
    join: compileJoin(policy.join ?? 'all', report),
    onError: undoesOther ? compensationOnError(policy) : (policy.onError ?? 'fail'),
    retry: compileRetry({ ...entry.policy?.retry, ...own?.retry }, report),
    retryIf: entry.inline ? null : (policy.retryIf ?? null),
    totalTimeoutMs: entry.inline ? null : msOf(policy.totalTimeout, 'totalTimeout', report),
    timeoutMs: entry.inline ? null : (msOf(policy.timeout, 'timeout', report) ?? durationToMs(DEFAULT_TIMEOUT)),
    heartbeatMs: msOf(policy.heartbeat, 'heartbeat', report),
    taskQueue: policy.taskQueue ?? null,
    idempotency: policy.idempotency ?? null,
  }
}

/** Creates {@link compilePolicy} for the nodes of a workflow: nodes without a policy share that of their type. */
export function createPolicyCompiler(issues: IssueList): (surveyed: SurveyedNode) => CompiledPolicy {
  const ofTypes = new Map<NodeManifestEntry, CompiledPolicy>()
  return ({ node, entry, undoes }) => {
    const type = entry as NodeManifestEntry
    const isPlain = node.policy === undefined && undoes === null
    const known = isPlain ? ofTypes.get(type) : undefined
    if (known !== undefined) return known
    let isSound = isPlain
    const add: IssueList['add'] = (...issue) => {
      isSound = false
      issues.add(...issue)
    }
    const policy = compilePolicy(node.policy, type, { add }, ['nodes', node.id, 'policy'], undoes !== null)
    if (isSound) ofTypes.set(type, policy)
    return policy
  }
}
