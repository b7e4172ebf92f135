import type { JsonObject, NodePolicy, WorkflowNode } from '@tenon/core/document'
import { node, type WorkflowParts, workflow } from '@tenon/core/testing'
import { compile } from '../compile.ts'
import type { Plan } from '../plan.ts'
import { TEST_MANIFEST } from './manifest.ts'

/** A node as a short text: `start`, `a:probe`, or with a policy and more. */
export type NodeText = string | readonly [text: string, policy: NodePolicy, fields?: Partial<WorkflowNode>]

function nodeFrom(each: NodeText): WorkflowNode {
  const [text, policy, fields = {}] = typeof each === 'string' ? ([each, undefined] as const) : each
  const [id = '', type = id] = text.split(':')
  const params: JsonObject = type === 'switch' ? { cases: [{ id: 'x' }, { id: 'y' }] } : {}
  return node(id, type, params, { ...(policy === undefined ? {} : { policy }), ...fields })
}

/** Creates a plan from texts: `planOf(['start', 'a:probe', 'end'], ['start>a', 'a>end'])`. */
export function planOf(nodes: readonly NodeText[], edges: readonly string[], parts: WorkflowParts = {}): Plan {
  return compile(workflow(nodes.map(nodeFrom), edges, parts), TEST_MANIFEST)
}

/** Creates a chain of `length` nodes of one type between `start` and `end`. */
export function chainOf(length: number, type = 'probe'): Plan {
  const ids = Array.from({ length }, (_, index) => `n${index + 1}`)
  const all = ['start', ...ids, 'end']
  return planOf(
    ['start', ...ids.map((id) => `${id}:${type}`), 'end'],
    all.slice(1).map((id, index) => `${all[index]}>${id}`),
  )
}
