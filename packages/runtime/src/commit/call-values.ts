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
import {
  type CallsWait,
  callDepthOf,
  encodeValue,
  type Fact,
  MAX_INLINE_BYTES,
  type StoredCall,
  type StoredCallPolicy,
} from '@tenon/core/run'
import { itemAt } from '../interpreter/lookup.ts'
import type { CallableType, Plan, PlanNode } from '../interpreter/plan.ts'
import type { CalledEnd } from '../interpreter/run-outputs.ts'
import type { Payload } from '../store/append.ts'
import type { PassOfRun } from '../store/run-ref.ts'
import type { RunSession } from './session.ts'
import { MAX_WAIT_LENGTH, storeValue } from './stored-value.ts'
import type { ValueReader } from './value-loader.ts'

/** Most bytes of the results of one suspension with the kept state, since the caller gets them at once. */
const MAX_RESULT_BYTES = 16_777_216
/** Most bytes of params that the log has of one suspension, since every snapshot and list has them, too. */
const MAX_INLINE_PARAMS = 131_072

/** Checks whether a node has returned calls to wait for. */
export function isCallsSuspension(result: NodeOutcome | Suspension | CallsSuspension): result is CallsSuspension {
  return 'suspend' in result && result.suspend?.kind === 'calls'
}

/** Pass of a node run that has returned calls. */
interface CallingNode extends PassOfRun {
  readonly node: Pick<PlanNode, 'type' | 'calls' | 'toolConnections'>
  readonly callable: NonNullable<Plan['callable']>
}

/**
 * Checks and stores the calls that a node has returned, and makes the fact that begins them.
 *
 * @throws {@link TenonError} `CALLS_INVALID`, `CALLS_TOO_DEEP`, `CALL_PASSES_EXCEEDED` as {@link checkCalls};
 * `VALUE_NOT_JSON`; `VALUE_TOO_LARGE`, also for calls with more than 262,144 characters of JSON without their params.
 */
export function beginCallsOf(
  { node, callable, nodeRunId, pass }: CallingNode,
  { suspend }: CallsSuspension,
): { readonly fact: Fact; readonly payloads: readonly Payload[] } {
  const types = (node.calls ?? []).flatMap((key) => callable[key] ?? [])
  const listed = types.map(({ type, typeVersion }) => ({ type, version: typeVersion }))
  checkCalls({ type: node.type, calls: listed }, suspend, { pass, depth: callDepthOf(nodeRunId) })
  const { calls, mode, state = null } = suspend
  for (const [index, call] of calls.entries()) checkNoSecrets(node.type, call, index, callable)
  const payloads: Payload[] = []
  const store = (value: unknown, maxInline?: number) => {
    const stored = storeValue(value, maxInline)
    payloads.push(...stored.payloads)
    return stored.ref
  }
  let inlineLeft = MAX_INLINE_PARAMS
  const storeParams = (params: JsonObject) => {
    const ref = store(params, Math.min(inlineLeft, MAX_INLINE_BYTES))
    if (ref.inline !== undefined) inlineLeft -= ref.size
    return ref
  }
  const made = encodeValue(
    calls.map((call) => storeCall(call, callable, node.toolConnections)),
    { maxLength: MAX_WAIT_LENGTH },
  )
  const copies = made.json as unknown as readonly ReturnType<typeof storeCall>[]
  const waitFor: CallsWait = {
    kind: 'calls',
    calls: calls.map((call, index) => ({ ...itemAt(copies, index), params: storeParams(call.params) })),
    mode,
    state: state === null ? null : { version: state.version, value: store(state.value) },
    dueAt: null,
  }
  return { fact: { type: 'node_suspended', nodeRunId, data: { pass, waitFor } }, payloads }
}

/** Refuses secrets in calls: the params of a call are in the log. */
function checkNoSecrets(
  caller: string,
  { nodeType, typeVersion, params }: NodeCall,
  index: number,
  callable: NonNullable<Plan['callable']>,
): void {
  const { secretParams = [] } = callable[nodeTypeKey(nodeType, typeVersion)] as CallableType
  const given = secretParams.find((param) => Object.hasOwn(params, param))
  if (given === undefined) return
  const field = `calls.${index}.params.${given}`
  throw new TenonError('CALLS_INVALID', `"${caller}" returned invalid calls, ${field}: a call has no secrets`, {
    details: { field },
  })
}

function storeCall(
  { callId, nodeType, typeVersion, title, params, policy, approval }: NodeCall,
  callable: NonNullable<Plan['callable']>,
  toolConnections: PlanNode['toolConnections'] = {},
): Omit<StoredCall, 'params'> {
  // Checked before: the type is one of those that the node may call.
  const key = nodeTypeKey(nodeType, typeVersion)
  const type = callable[key] as CallableType
  const named = type.connectionParam === undefined ? undefined : params[type.connectionParam]
  // Any other connection is refused when the call begins: only the author of the workflow may choose one.
  const connection = toolConnections[key]?.find((each) => each === named)
  return {
    ...{ callId, nodeType, typeVersion, title },
    ...(connection === undefined ? {} : { connection }),
    policy: policy === undefined ? type.policy : mergePolicy(type.policy, policy),
    approval: approval === undefined ? null : storeApproval(title, approval),
  }
}

function storeApproval(callTitle: string, approval: CallApproval): NonNullable<StoredCall['approval']> {
  const { title = callTitle, message = '', approvers = {}, required = 1, dueAt = null, isEditable = false } = approval
  const { roles, userIds } = approvers
  const named = { ...(roles === undefined ? {} : { roles }), ...(userIds === undefined ? {} : { userIds }) }
  return { title, message, approvers: named, required, dueAt, isEditable }
}

function msOf(duration: string | undefined): number | null {
  return duration !== undefined && isDurationString(duration) ? durationToMs(duration) : null
}

/** Merges the policy of a call into that of its type, field by field. */
function mergePolicy(
  type: StoredCallPolicy,
  { retry = {}, timeout, heartbeat, onError }: CallPolicy,
): StoredCallPolicy {
  const { initialInterval, maximumInterval, backoffCoefficient, maximumAttempts, nonRetryableErrorTypes } = retry
  const initialIntervalMs = msOf(initialInterval) ?? type.retry.initialIntervalMs
  const grown = initialInterval === undefined ? type.retry.maximumIntervalMs : RETRY_INTERVAL_GROWTH * initialIntervalMs
  return {
    ...type,
    retry: {
      initialIntervalMs,
      maximumIntervalMs: Math.max(msOf(maximumInterval) ?? grown, initialIntervalMs),
      backoffCoefficient: backoffCoefficient ?? type.retry.backoffCoefficient,
      maximumAttempts: maximumAttempts ?? type.retry.maximumAttempts,
      nonRetryableErrorTypes: nonRetryableErrorTypes ?? type.retry.nonRetryableErrorTypes,
    },
    timeoutMs: msOf(timeout) ?? type.timeoutMs,
    heartbeatMs: msOf(heartbeat) ?? type.heartbeatMs,
    onError: onError ?? type.onError,
  }
}

/**
 * Loads the results of the calls of a node run for its next pass, with the state that it kept. A result that does not fit
 * into 16 MiB with the state and the results before it is given as failed: what the calls did is done, so their caller
 * must be able to continue.
 *
 * @throws {@link TenonError} `PAYLOAD_NOT_FOUND`, `UNAVAILABLE`.
 */
export async function loadCalls(
  { machine, identity: { tenantId } }: RunSession,
  nodeRunId: string,
  values: ValueReader,
): Promise<CallsResume> {
  const { state, ended } = machine.outputs.callsOf(nodeRunId)
  // Copies, so that changes by a body do not affect the values of the run.
  const load: LoadCopy = async (ref) => structuredClone(await values.load(tenantId, ref))
  return {
    kind: 'calls',
    results: await Promise.all(fitting(ended, state?.value.size ?? 0).map((called) => resultOf(called, load))),
    state: state === null ? null : { version: state.version, value: await load(state.value) },
  }
}

/**
 * Replaces the ends of calls that are too large for their caller.
 *
 * @param stateBytes - Size of the state that the caller gets as well.
 */
export function fitting(ended: readonly CalledEnd[], stateBytes: number): readonly CalledEnd[] {
  let left = MAX_RESULT_BYTES - stateBytes
  return ended.map((called) => {
    const { end, edited } = called
    const bytes = sizeOfEnd(end) + (edited?.size ?? 0)
    if (bytes <= left) {
      left -= bytes
      return called
    }
    const done = end.how === 'completed' ? `has completed by the port "${end.port}"` : `has ${end.how}`
    const message = `The call ${done}, but its result of ${bytes} bytes is more than its caller can still get`
    const error = { code: 'CALL_RESULT_TOO_LARGE', message, details: { bytes, maxBytes: MAX_RESULT_BYTES } }
    return { ...called, edited: null, end: { how: 'failed', error } }
  })
}

function sizeOfEnd(end: CalledEnd['end']): number {
  if (end.how === 'completed') return end.output.size
  return end.how === 'failed' ? Buffer.byteLength(JSON.stringify(end.error)) : 0
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
