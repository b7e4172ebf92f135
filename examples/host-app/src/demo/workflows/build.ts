import type { JsonObject, NodePolicy, WorkflowDocument, WorkflowEdge, WorkflowNode } from '@tenon/core/document'

/** One column of the picture is this wide, one row this high. */
const COLUMN = 284
const ROW = 176

/** Creates a node at a column and row, so that the picture reads from left to right. */
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

/** @param values - Variables of the workflow, read as `vars.<name>`. */
export function documentOf(
  nodes: readonly WorkflowNode[],
  list: readonly WorkflowEdge[],
  values: Readonly<Record<string, string>>,
): WorkflowDocument {
  const variables = Object.entries(values).map(([name, value]) => ({ name, value }))
  return { schemaVersion: 1, nodes, edges: list, variables, annotations: [], settings: {} }
}
