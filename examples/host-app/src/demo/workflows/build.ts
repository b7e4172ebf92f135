import type { JsonObject, NodePolicy, WorkflowDocument, WorkflowEdge, WorkflowNode } from '@tenon/core/document'

/** One column of the picture is this wide, one row this high. */
const COLUMN = 296
const ROW = 176

/** Places a node by column and row, so that the picture reads from left to right. */
export function node(
  id: string,
  type: string,
  name: string,
  [column, row]: readonly [number, number],
  params: JsonObject,
  policy?: NodePolicy,
): WorkflowNode {
  return {
    id,
    type,
    typeVersion: 1,
    name,
    params,
    position: { x: column * COLUMN, y: row * ROW },
    ...(policy === undefined ? {} : { policy }),
  }
}

/** Edges from a list of `source.port > target` texts. */
export function edges(...texts: readonly string[]): WorkflowEdge[] {
  return texts.map((text) => {
    const [from = '', target = ''] = text.split(' > ')
    const [source = '', sourceHandle = 'success'] = from.split('.')
    return { id: `${source}:${sourceHandle}>${target}:in`, source, sourceHandle, target, targetHandle: 'in' }
  })
}

export function documentOf(nodes: readonly WorkflowNode[], list: readonly WorkflowEdge[]): WorkflowDocument {
  return { schemaVersion: 1, nodes, edges: list, variables: [], annotations: [], settings: {} }
}
