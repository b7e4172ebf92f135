import type { JsonObject, NodePolicy, WorkflowDocument, WorkflowNode } from '@tenon/core/document'
import { node, withPolicy, workflow } from '@tenon/core/testing'
import type { ConformanceCase } from './conformance-case.ts'

/** Policy without a second attempt. */
const ONCE = { maximumAttempts: 1 } as const
/** Policy with up to three attempts. */
export const TWICE = { maximumAttempts: 3, initialInterval: '100ms' } as const

/** The trigger. */
export const start = node('start', 'start')
/** An end with an output. */
export const end = (output: JsonObject = {}): WorkflowNode => node('end', 'end', { output })
/** A pure node. */
export const set = (id: string, fields: JsonObject = { [id]: 1 }): WorkflowNode => node(id, 'set', { fields })
/** A body. */
export const probe = (id: string, params: JsonObject = {}, policy: NodePolicy = {}): WorkflowNode =>
  withPolicy(node(id, 'probe', { output: { [id]: 1 }, ...params }), policy)
/** A body that fails for good. */
export const failing = (id: string, policy: NodePolicy = {}): WorkflowNode =>
  probe(id, { failures: 99, failure: 'final' }, { retry: ONCE, ...policy })
/** Returns a node within a container. */
export const inside = (parentId: string, each: WorkflowNode): WorkflowNode => ({ ...each, parentId })
/** A join of a mode. */
export const joinOf = (join: NonNullable<NodePolicy['join']>): WorkflowNode =>
  withPolicy(node('join', 'join'), { join })
/** A fork. */
export const branches = (...ids: readonly string[]): WorkflowNode =>
  node('fork', 'fork', { branches: ids.map((id) => ({ id })) })

type Ends = ConformanceCase['ends']
/** End of a run that completes. */
export const completed = (output?: JsonObject): Ends => ({
  status: 'completed',
  ...(output === undefined ? {} : { output }),
})
/** End of a run that fails. */
export const failed = (code: string): Ends => ({ status: 'failed', code })
/** End of a run that is canceled. */
export const CANCELED: Ends = { status: 'canceled' }

/** A chain of nodes; each continues by its first port. */
export function chain(...nodes: readonly WorkflowNode[]): WorkflowDocument {
  const ids = nodes.map(({ id }) => id)
  const port = ({ type }: WorkflowNode) => (type === 'approval' ? ':approve' : '')
  return workflow(
    nodes,
    nodes.slice(1).map(({ id }, index) => `${ids[index]}${port(nodes[index] ?? start)}>${id}`),
  )
}
