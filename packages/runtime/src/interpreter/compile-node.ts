import type { NodeManifestEntry } from '@tenon/core/node'
import type { SurveyedNode } from '@tenon/core/validate'
import { calledKeys } from './compile-calls.ts'
import type { EdgesAtNode } from './compile-edges.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { ERROR_PORT } from './finish-node.ts'
import { itemAt } from './lookup.ts'
import type { PlanEdge, PlanLevel, PlanNode } from './plan.ts'

/** Parts of a node that come from other nodes and types. */
interface NodeParts {
  readonly children: PlanLevel | undefined
  readonly compensation: number | undefined
  readonly toolConnections: PlanNode['toolConnections']
}

/** Compiles one node of a known type, with the defaults of the type filled in. */
export function compileNode(
  { node, entry, params, ports }: SurveyedNode,
  { incoming, outgoing }: EdgesAtNode,
  edges: readonly PlanEdge[],
  policy: CompiledPolicy,
  { children, compensation, toolConnections }: NodeParts,
): PlanNode {
  const type = entry as NodeManifestEntry
  // In the order of the canonical text, so that hashing the plan does not sort. Without spreads, so that V8 knows the
  // size of the object in advance.
  const compiled: PlanNode = {
    control: type.control ?? null,
    disabled: node.disabled ?? false,
    effect: type.effect,
    hasErrorEdge: outgoing.some((edge) => itemAt(edges, edge).sourceHandle === ERROR_PORT),
    heartbeatMs: policy.heartbeatMs,
    id: node.id,
    idempotency: policy.idempotency,
    incoming,
    join: policy.join,
    mode: type.inline ? 'inline' : 'dispatch',
    name: node.name,
    onError: policy.onError,
    outgoing,
    params,
    ports: ports.filter(({ isError }) => !isError).map(({ name }) => name),
    retry: policy.retry,
    skipIf: policy.skipIf,
    taskQueue: policy.taskQueue,
    timeoutMs: policy.timeoutMs,
    type: node.type,
    typeVersion: node.typeVersion,
  }
  const keyOrder = node.keyOrder === undefined || Object.keys(node.keyOrder).length === 0 ? undefined : node.keyOrder
  const calls = calledKeys(type, params)
  const { retryIf, totalTimeoutMs } = policy
  const isPlain =
    children === undefined &&
    keyOrder === undefined &&
    compensation === undefined &&
    calls.length === 0 &&
    type.trigger === undefined
  if (isPlain && retryIf === null && totalTimeoutMs === null) return compiled
  return {
    ...compiled,
    ...(calls.length === 0 ? {} : { calls }),
    ...(toolConnections === undefined ? {} : { toolConnections }),
    ...(children === undefined ? {} : { children }),
    ...(keyOrder === undefined ? {} : { keyOrder }),
    ...(compensation === undefined ? {} : { compensation }),
    ...(retryIf === null ? {} : { retryIf }),
    ...(totalTimeoutMs === null ? {} : { totalTimeoutMs }),
    ...(type.trigger === undefined ? {} : { trigger: type.trigger }),
  }
}
