import {
  edgeId,
  type NodePolicy,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '../document/index.ts'
import { TenonError } from '../errors/index.ts'
import type { JsonObject } from '../json.ts'

/** A node of a test document: version 1, named like its id, at the origin, unless told otherwise. */
export function node(
  id: string,
  type: string,
  params: JsonObject = {},
  fields: Partial<WorkflowNode> = {},
): WorkflowNode {
  return { id, type, typeVersion: 1, name: id, params, position: { x: 0, y: 0 }, ...fields }
}

/** A node with a policy. */
export function withPolicy(of: WorkflowNode, policy: NodePolicy): WorkflowNode {
  return { ...of, policy: { ...of.policy, ...policy } }
}

const EDGE_TEXT = /^([^:>]+)(?::([^:>]+))?>([^:>]+)(?::([^:>]+))?$/

/**
 * An edge from its text: `'a>b'` from port `success` to input `in`, `'check:true>mail'`, or all four ends
 * as in an edge id.
 *
 * @throws {@link TenonError} `DOCUMENT_MALFORMED` for a text that names no edge.
 */
export function edge(text: string): WorkflowEdge {
  const [, source, sourceHandle = 'success', target, targetHandle = 'in'] = EDGE_TEXT.exec(text) ?? []
  if (source === undefined || target === undefined)
    throw new TenonError('DOCUMENT_MALFORMED', `"${text}" names no edge`)
  const ends = { source, sourceHandle, target, targetHandle }
  return { id: edgeId(ends), ...ends }
}

/** What a test document may have besides nodes and edges. */
export type WorkflowParts = Partial<Pick<WorkflowDocument, 'variables' | 'annotations' | 'settings'>>

/**
 * A document for tests. Nodes stand in a row, 280 apart, unless they have a place of their own.
 *
 * @param edges - Texts as {@link edge} takes them, or edges.
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
