import { findRetryFaults } from '../document/retry-policy.ts'
import type { RetryPolicy } from '../document/types.ts'
import { isDurationString } from '../duration.ts'
import { TenonError } from '../errors/index.ts'
import { MAX_INSTANT_MS } from '../instant.ts'
import { textFault } from '../text/well-formed.ts'
import { findApproversFault, isListOfTexts } from './approvers.ts'
import {
  CALL_ID_PATTERN,
  type CallApproval,
  type CallPolicy,
  type CallsSuspension,
  MAX_CALL_DEPTH,
  MAX_CALL_PASSES,
  MAX_CALLS,
  type NodeCall,
} from './calls.ts'
import type { NodeDefinition } from './definition.ts'

/** Pass of a node run that calls others. */
export interface CallingPass {
  /** Number of the pass, from 1. */
  readonly pass: number
  /** Number of callers around the node run; 0 for one that no other has called. */
  readonly depth: number
}

const MAX_TITLE = 200
const MAX_MESSAGE = 4_000
const CALL_POLICY_FIELDS: readonly string[] = ['retry', 'timeout', 'heartbeat', 'onError']

/**
 * Checks the calls that a node has returned against its definition and the limits.
 *
 * @param definition - Type of the calling node.
 * @throws {@link TenonError} `CALLS_INVALID` (details: `field`) for calls that are none or too many, an id that is used
 * twice, a type that the definition does not list, and a title, a policy or an approval out of range; `CALLS_TOO_DEEP`;
 * `CALL_PASSES_EXCEEDED`.
 */
export function checkCalls(
  { type, calls: callable = [] }: Pick<NodeDefinition, 'type' | 'calls'>,
  { calls, mode, state = null }: CallsSuspension['suspend'],
  { pass, depth }: CallingPass,
): void {
  const fail: Fail = (field, why) => {
    throw new TenonError('CALLS_INVALID', `"${type}" returned invalid calls, ${field}: ${why}`, { details: { field } })
  }
  if (pass >= MAX_CALL_PASSES) {
    throw new TenonError(
      'CALL_PASSES_EXCEEDED',
      `The node run has had ${pass} passes, the most that a caller can have`,
      {
        details: { limit: MAX_CALL_PASSES },
      },
    )
  }
  if (depth >= MAX_CALL_DEPTH) {
    throw new TenonError('CALLS_TOO_DEEP', `More than ${MAX_CALL_DEPTH} called node runs would be inside each other`, {
      details: { limit: MAX_CALL_DEPTH },
    })
  }
  if (!Array.isArray(calls) || calls.length < 1 || calls.length > MAX_CALLS)
    fail('calls', `it must be a list of 1 to ${MAX_CALLS} calls`)
  if (mode !== 'all' && mode !== 'any') fail('mode', 'it must be "all" or "any"')
  if (state !== null && !(isObject(state) && isCount(state.version)))
    fail('state', 'it must be { version, value } with a whole number of at least 1 as its version')
  const seen = new Set<string>()
  for (const [index, call] of calls.entries()) {
    const at = `calls.${index}`
    if (!isObject(call)) fail(at, 'it must be an object')
    checkCall(call, at, fail)
    if (seen.has(call.callId)) fail(`${at}.callId`, `"${call.callId}" is used twice`)
    seen.add(call.callId)
    const isListed = callable.some(({ type, version }) => type === call.nodeType && version === call.typeVersion)
    if (!isListed) {
      const name = `"${call.nodeType}" version ${call.typeVersion}`
      fail(`${at}.nodeType`, `the definition does not list ${name} in calls`)
    }
  }
}

type Fail = (field: string, why: string) => never

// Not a type guard: JavaScript or a cast can return any value, while the declared types stay as they are.
function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1
}

function checkCall({ callId, params, title, policy, approval }: NodeCall, at: string, fail: Fail): void {
  if (typeof callId !== 'string' || !CALL_ID_PATTERN.test(callId))
    fail(`${at}.callId`, 'it must have 1 to 64 letters, digits, _ and -')
  if (!isObject(params)) fail(`${at}.params`, 'it must be an object')
  if (!isText(title, 1, MAX_TITLE)) fail(`${at}.title`, `it must have 1 to ${MAX_TITLE} characters`)
  if (policy !== undefined) checkCallPolicy(policy, `${at}.policy`, fail)
  if (approval !== undefined) checkCallApproval(approval, `${at}.approval`, fail)
}

function isText(value: unknown, min: number, max: number): boolean {
  return typeof value === 'string' && value.length >= min && value.length <= max && textFault(value) === null
}

function checkCallPolicy(policy: CallPolicy, at: string, fail: Fail): void {
  if (!isObject(policy)) fail(at, 'it must be an object')
  const { retry, onError } = policy
  const unknown = Object.keys(policy).find((field) => !CALL_POLICY_FIELDS.includes(field))
  if (unknown !== undefined) fail(`${at}.${unknown}`, `a call has only ${CALL_POLICY_FIELDS.join(', ')}`)
  for (const field of ['timeout', 'heartbeat'] as const) {
    const duration = policy[field]
    if (duration !== undefined && !isDurationString(duration)) fail(`${at}.${field}`, 'it must be a duration like 30s')
  }
  if (onError !== undefined && onError !== 'fail' && onError !== 'park')
    fail(`${at}.onError`, 'it must be "fail" or "park"')
  if (retry !== undefined) checkCallRetry(retry, `${at}.retry`, fail)
}

function checkCallRetry(retry: RetryPolicy, at: string, fail: Fail): void {
  if (!isObject(retry)) fail(at, 'it must be an object')
  const [fault] = findRetryFaults(retry)
  if (fault !== undefined) fail(`${at}.${fault.field}`, fault.message)
  const { nonRetryableErrorTypes } = retry
  if (nonRetryableErrorTypes !== undefined && !isListOfTexts(nonRetryableErrorTypes))
    fail(`${at}.nonRetryableErrorTypes`, 'it must be a list of texts')
}

function checkCallApproval(approval: CallApproval, at: string, fail: Fail): void {
  if (!isObject(approval)) fail(at, 'it must be an object')
  const { title, message, approvers, required, dueAt, isEditable } = approval
  if (title !== undefined && !isText(title, 1, MAX_TITLE))
    fail(`${at}.title`, `it must have 1 to ${MAX_TITLE} characters`)
  if (message !== undefined && !isText(message, 0, MAX_MESSAGE))
    fail(`${at}.message`, `it must be a text of at most ${MAX_MESSAGE} characters`)
  const approversFault = approvers === undefined ? null : findApproversFault(approvers)
  if (approversFault !== null) fail(`${at}.approvers${approversFault.path}`, approversFault.message)
  if (required !== undefined && !isCount(required)) fail(`${at}.required`, 'it must be a whole number of at least 1')
  if (dueAt !== undefined && !isInstant(dueAt)) fail(`${at}.dueAt`, 'it must be milliseconds from 1970 to 9999')
  if (isEditable !== undefined && typeof isEditable !== 'boolean') fail(`${at}.isEditable`, 'it must be a boolean')
}

function isInstant(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_INSTANT_MS
}
