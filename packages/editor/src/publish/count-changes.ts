import { jsonEqual, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'

/**
 * Counts the differences between a published version and the draft: nodes, edges, variables and settings. Positions on
 * the canvas do not count.
 */
export function countChanges(published: WorkflowDocument, draft: WorkflowDocument): number {
  const nodes = countDifferent(published.nodes, draft.nodes, (node) => node.id, isSameNode)
  const edges = countDifferent(
    published.edges,
    draft.edges,
    (edge) => edge.id,
    () => true,
  )
  const variables = countDifferent(published.variables, draft.variables, (variable) => variable.name, jsonEqual)
  const keys = new Set([...Object.keys(published.settings), ...Object.keys(draft.settings)])
  const before: Readonly<Record<string, unknown>> = { ...published.settings }
  const after: Readonly<Record<string, unknown>> = { ...draft.settings }
  const settings = [...keys].filter((key) => !jsonEqual(before[key], after[key])).length
  return nodes + edges + variables + settings
}

function isSameNode(a: WorkflowNode, b: WorkflowNode): boolean {
  const { position: _a, size: _as, ...before } = a
  const { position: _b, size: _bs, ...after } = b
  return jsonEqual(before, after)
}

function countDifferent<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
  isSame: (a: Item, b: Item) => boolean,
): number {
  const left = new Map(before.map((item) => [keyOf(item), item]))
  let count = 0
  for (const item of after) {
    const known = left.get(keyOf(item))
    left.delete(keyOf(item))
    if (known === undefined || !isSame(known, item)) count += 1
  }
  return count + left.size
}
