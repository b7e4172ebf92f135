import {
  edgeId,
  type NodePolicy,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '../document/index.ts'
import { TenonError } from '../errors/index.ts'
import type { JsonObject } from '../json.ts'

/** Creates a node of a test document, by default version 1, named like its id, at the origin. */
export function node(
  id: string,
  type: string,
  params: JsonObject = {},
  fields: Partial<WorkflowNode> = {},
): WorkflowNode {
  return { id, type, typeVersion: 1, name: id, params, position: { x: 0, y: 0 }, ...fields }
}

/** Returns a node with a policy. */
export function withPolicy(of: WorkflowNode, policy: NodePolicy): WorkflowNode {
  return { ...of, policy: { ...of.policy, ...policy } }
}

const EDGE_TEXT = /^([^:>]+)(?::([^:>]+))?>([^:>]+)(?::([^:>]+))?$/

/**
 * Creates an edge from its text: `'a>b'` from port `success` to input `in`, `'check:true>mail'`, or all four ends as in
 * an edge id.
 *
 * @throws {@link TenonError} `DOCUMENT_MALFORMED` for an invalid text.
 */
export function edge(text: string): WorkflowEdge {
  const [, source, sourceHandle = 'success', target, targetHandle = 'in'] = EDGE_TEXT.exec(text) ?? []
  if (source === undefined || target === undefined)
    throw new TenonError('DOCUMENT_MALFORMED', `"${text}" is not a valid edge`)
  const ends = { source, sourceHandle, target, targetHandle }
  return { id: edgeId(ends), ...ends }
}

/** Parts of a test document besides nodes and edges. */
export type WorkflowParts = Partial<Pick<WorkflowDocument, 'variables' | 'annotations' | 'settings'>>

/**
 * Creates a document for tests. Nodes without a position are arranged in a row, 280 apart.
 *
 * @param edges - Texts in the form of {@link edge}, or edges.
 *
 * @example
 * ```ts
 * const greeting = workflow([node('start', 'start'), node('hello', 'set')], ['start>hello'])
 * ```
 */
export function workflow(
  nodes: readonly WorkflowNode[],
  edges: readonly (string | WorkflowEdge)[] = [],
  parts: WorkflowParts = {},
): WorkflowDocument {
  return {
    schemaVersion: 1,
    nodes: nodes.map((each, index) =>
      each.position.x === 0 && each.position.y === 0 ? { ...each, position: { x: index * 280, y: 0 } } : each,
    ),
    edges: edges.map((each) => (typeof each === 'string' ? edge(each) : each)),
    variables: [],
    annotations: [],
    settings: {},
    ...parts,
  }
}
