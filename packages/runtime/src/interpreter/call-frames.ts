import { nodeTypeKey } from '@tenon/core/document'
import { type CallsWait, nodeIdOf, type StoredCall, type ValueRef } from '@tenon/core/run'
import {
  type CallsOrigin,
  callsFrameKey,
  type FrameContext,
  findInOpenFrame,
  nodeRunIdAt,
  type RunContext,
} from './context.ts'
import { entryOf, itemAt, present } from './lookup.ts'
import type { Plan, PlanNode } from './plan.ts'
import { createLevelIndex, type LevelIndex } from './plan-index.ts'
import type { CallsState } from './state.ts'

/** Returns the frame of the open calls of a node run; `undefined` if it waits for none. */
export function openCallsOf(context: FrameContext, node: number): FrameContext | undefined {
  const calls = context.state.calls.get(node)
  return calls === undefined ? undefined : context.run.frames.get(callsFrameKey(nodeRunIdAt(context, node), calls.pass))
}

/** Returns the call of a node in a frame of calls. */
export function callAt({ calls }: FrameContext, node: number): StoredCall | null {
  return calls === null ? null : itemAt(stateOfCalls(calls).waitFor.calls, node)
}

/** Returns the state of the calls of a frame, which the caller holds. */
export function stateOfCalls({ parent, caller }: CallsOrigin): CallsState {
  return entryOf(parent.state.calls, caller)
}

/**
 * Creates the level of some calls: a node for each, without edges.
 *
 * @param outer - Level of the caller.
 */
export function levelOfCalls(plan: Plan, outer: LevelIndex, { calls }: Pick<CallsWait, 'calls'>): LevelIndex {
  const nodes = calls.map((call) => nodeOfCall(plan, call))
  return createLevelIndex({ nodes, edges: [] }, null, outer.depth + 1)
}

/**
 * Returns the node of a call for the machine and for workers.
 *
 * @param id - Id within its level. @defaultValue that of the call
 * @param now - Params as far as they are known, and whether people gave them. @defaultValue none, as the call asked
 */
function nodeOfCall(
  { callable = {} }: Plan,
  { callId, nodeType, typeVersion, title, policy, connection }: StoredCall,
  id: string = callId,
  { params = {}, called = 'as_asked' }: Partial<Pick<PlanNode, 'params' | 'called'>> = {},
): PlanNode {
  const type = entryOf(new Map(Object.entries(callable)), nodeTypeKey(nodeType, typeVersion))
  const { retry, timeoutMs, heartbeatMs, taskQueue, onError } = policy
  return {
    ...{ id, type: nodeType, typeVersion, name: title, params, control: type.control ?? null },
    mode: type.control === 'child' ? 'inline' : 'dispatch',
    ...(connection === undefined ? {} : { connection }),
    ...{ effect: type.effect, ports: type.ports, called, calls: type.calls },
    ...{ disabled: false, skipIf: null, join: 'all', onError, hasErrorEdge: false },
    ...{ retry, timeoutMs, heartbeatMs, taskQueue, idempotency: null, incoming: [], outgoing: [] },
  }
}

/** Returns a node of a type that nodes of a plan call, for checks of values; `undefined` for another type. */
export function calledTypeOf(
  plan: Plan,
  { nodeType, typeVersion, connection }: Pick<StoredCall, 'nodeType' | 'typeVersion' | 'connection'>,
): PlanNode | undefined {
  const type = plan.callable?.[nodeTypeKey(nodeType, typeVersion)]
  if (type === undefined) return undefined
  const { policy } = type
  const call = { callId: nodeType, nodeType, typeVersion, title: nodeType, params: { hash: '', size: 0 }, policy }
  const own = connection === undefined ? {} : { connection }
  return nodeOfCall(plan, { ...call, ...own, approval: null })
}

/** Returns the params of a called node run, as people may have changed them; `null` for a node of the document. */
export function calledParams(context: FrameContext, node: number): ValueRef | null {
  const { calls } = context
  if (calls === null) return null
  const { edited, waitFor } = stateOfCalls(calls)
  return edited.get(node) ?? itemAt(waitFor.calls, node).params
}

/** Returns the node of an open called node run; `null` for another id. */
export function findCalledNode(run: RunContext, nodeRunId: string): PlanNode | null {
  const found = findInOpenFrame(run, nodeRunId)
  const call = found === null ? null : callAt(found.context, found.node)
  if (found === null || call === null) return null
  const { hash, inline = {} } = present(calledParams(found.context, found.node))
  const called = hash === call.params.hash ? 'as_asked' : 'edited'
  return nodeOfCall(run.index.plan, call, nodeIdOf(nodeRunId), { params: inline as PlanNode['params'], called })
}
