import {
  durationToMs,
  isDurationString,
  type JsonObject,
  nodeTypeKey,
  RETRY_INTERVAL_GROWTH,
} from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import {
  type CallApproval,
  type CallPolicy,
  type CallResult,
  type CallsResume,
  type CallsSuspension,
  checkCalls,
  type NodeCall,
  type NodeOutcome,
  type Suspension,
} from '@tenon/core/node'
import { type CallsWait, callDepthOf, type Fact, type StoredCall, type StoredCallPolicy } from '@tenon/core/run'
import type { CallableType, Plan, PlanNode } from '../interpreter/plan.ts'
import type { CalledEnd } from '../interpreter/run-outputs.ts'
import type { Payload } from '../store/append.ts'
import type { PassOfRun } from '../store/run-ref.ts'
import type { RunSession } from './session.ts'
import { storeValue } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

/** Most bytes of the results of one suspension, since the caller gets them at once. */
const MAX_RESULT_BYTES = 16_777_216

/** Checks whether a node has returned calls to wait for. */
export function isCallsSuspension(result: NodeOutcome | Suspension | CallsSuspension): result is CallsSuspension {
  return 'suspend' in result && result.suspend?.kind === 'calls'
}

/** Pass of a node run that has returned calls. */
interface CallingNode extends PassOfRun {
  readonly node: Pick<PlanNode, 'type' | 'calls'>
  readonly callable: NonNullable<Plan['callable']>
}

/**
 * Checks and stores the calls that a node has returned, and makes the fact that begins them.
 *
 * @throws {@link TenonError} `CALLS_INVALID`, `CALLS_TOO_DEEP`, `CALL_PASSES_EXCEEDED` as {@link checkCalls};
 * `VALUE_NOT_JSON`, `VALUE_TOO_LARGE`.
 */
export function beginCallsOf(
  { node, callable, nodeRunId, pass }: CallingNode,
  { suspend }: CallsSuspension,
): { readonly fact: Fact; readonly payloads: readonly Payload[] } {
  const types = (node.calls ?? []).flatMap((key) => callable[key] ?? [])
  const listed = types.map(({ type, typeVersion }) => ({ type, version: typeVersion }))
  checkCalls({ type: node.type, calls: listed }, suspend, { pass, depth: callDepthOf(nodeRunId) })
  const { calls, mode, state = null } = suspend
  const payloads: Payload[] = []
  const store = (value: unknown) => {
    const stored = storeValue(value)
    payloads.push(...stored.payloads)
    return stored.ref
  }
  const waitFor: CallsWait = {
    kind: 'calls',
    calls: calls.map((call) => ({ ...storeCall(call, callable), params: store(call.params) })),
    mode,
    state: state === null ? null : { version: state.version, value: store(state.value) },
    dueAt: null,
  }
  return { fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads }
}

function storeCall(
  { callId, nodeType, typeVersion, title, policy, approval }: NodeCall,
  callable: NonNullable<Plan['callable']>,
): Omit<StoredCall, 'params'> {
  // Checked before: the type is one of those that the node may call.
  const type = callable[nodeTypeKey(nodeType, typeVersion)] as CallableType
  return {
    ...{ callId, nodeType, typeVersion, title },
    policy: policy === undefined ? type.policy : mergePolicy(type.policy, policy),
    approval: approval === undefined ? null : storeApproval(title, approval),
  }
}

function storeApproval(callTitle: string, approval: CallApproval): NonNullable<StoredCall['approval']> {
  const { title = callTitle, message = '', approvers = {}, required = 1, dueAt = null, isEditable = false } = approval
  return { title, message, approvers, required, dueAt, isEditable }
}

function msOf(duration: string | undefined): number | null {
  return duration !== undefined && isDurationString(duration) ? durationToMs(duration) : null
}

/** Merges the policy of a call into that of its type, field by field. */
function mergePolicy(
  type: StoredCallPolicy,
  { retry = {}, timeout, heartbeat, onError }: CallPolicy,
): StoredCallPolicy {
  const { initialInterval, maximumInterval, ...rest } = retry
  const initialIntervalMs = msOf(initialInterval) ?? type.retry.initialIntervalMs
  const grown = initialInterval === undefined ? type.retry.maximumIntervalMs : RETRY_INTERVAL_GROWTH * initialIntervalMs
  return {
    ...type,
    retry: {
      ...type.retry,
      ...rest,
      initialIntervalMs,
      maximumIntervalMs: Math.max(msOf(maximumInterval) ?? grown, initialIntervalMs),
    },
    timeoutMs: msOf(timeout) ?? type.timeoutMs,
    heartbeatMs: msOf(heartbeat) ?? type.heartbeatMs,
    onError: onError ?? type.onError,
  }
}

/**
 * Loads the results of the calls of a node run for its next pass, with the state that it kept.
 *
 * @throws {@link TenonError} `VALUE_TOO_LARGE` for results of more than 16 MiB together; `PAYLOAD_NOT_FOUND`,
 * `UNAVAILABLE`.
 */
export async function loadCalls(
  { machine, identity: { tenantId } }: RunSession,
  nodeRunId: string,
  values: ValueReader,
): Promise<CallsResume> {
  const { state, ended } = machine.outputs.callsOf(nodeRunId)
  const bytes = ended.reduce((sum, { end }) => sum + (end.how === 'completed' ? end.output.size : 0), 0)
  if (bytes > MAX_RESULT_BYTES) {
    throw new TenonError(
      'VALUE_TOO_LARGE',
      `The results of the calls have ${bytes} bytes, and a node can get ${MAX_RESULT_BYTES}`,
      { remedy: 'Let the called nodes store large results and return references.' },
    )
  }
  // Copies, so that changes by a body do not affect the values of the run.
  const load: LoadCopy = async (ref) => structuredClone(await values.load(tenantId, ref))
  return {
    kind: 'calls',
    results: await Promise.all(ended.map((called) => resultOf(called, load))),
    state: state === null ? null : { version: state.version, value: await load(state.value) },
  }
}

type LoadCopy = (ref: Parameters<ValueReader['load']>[1]) => ReturnType<ValueReader['load']>

async function resultOf({ callId, nodeRunId, edited, end }: CalledEnd, load: LoadCopy): Promise<CallResult> {
  const called = { callId, nodeRunId, editedParams: edited === null ? null : ((await load(edited)) as JsonObject) }
  switch (end.how) {
    case 'completed':
      return { ...called, status: 'completed', port: end.port, output: await load(end.output) }
    case 'failed': {
      const { code, message, details } = end.error
      return { ...called, status: 'failed', error: { code, message, ...(details === undefined ? {} : { details }) } }
    }
    case 'canceled': {
      const error = { code: 'CALL_CANCELED', message: 'Another call was first' }
      return { ...called, status: 'canceled', error }
    }
  }
}
