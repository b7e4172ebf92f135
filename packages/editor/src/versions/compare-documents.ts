import {
  jsonEqual,
  type NodeId,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  type WorkflowVariable,
} from '@tenon/core/document'

/** Kind of a difference between the same part of two documents. */
export type ChangeKind = 'added' | 'removed' | 'changed'

/** One difference between two documents; `before` is `null` for an added part, `after` for a removed one. */
export type DocumentChange =
  | (Both<WorkflowNode> & { readonly part: 'node' })
  | (Both<WorkflowEdge> & { readonly part: 'edge' })
  | (Both<WorkflowVariable> & { readonly part: 'variable' })
  | (Both<unknown> & { readonly part: 'setting'; readonly key: keyof WorkflowSettings })

interface Both<Item> {
  readonly kind: ChangeKind
  readonly before: Item | null
  readonly after: Item | null
}

/**
 * Lists how two documents differ: nodes, edges, variables and settings, in this order. Positions and sizes of nodes do
 * not count, nor do the bend points of edges and the key orders of objects that a node does not have.
 */
export function compareDocuments(before: WorkflowDocument, after: WorkflowDocument): readonly DocumentChange[] {
  const keys = [...new Set([...Object.keys(before.settings), ...Object.keys(after.settings)])]
  return [
    ...differences(before.nodes, after.nodes, ({ id }) => id, isSameNode).map(asPart('node')),
    ...differences(
      before.edges,
      after.edges,
      ({ id }) => id,
      () => true,
    ).map(asPart('edge')),
    ...differences(before.variables, after.variables, ({ name }) => name, jsonEqual).map(asPart('variable')),
    ...(keys as (keyof WorkflowSettings)[]).flatMap((key) => {
      const [old = null, next = null] = [before.settings[key], after.settings[key]]
      if (jsonEqual(old, next)) return []
      return [{ part: 'setting', key, kind: kindOf(old, next), before: old, after: next } as const]
    }),
  ]
}

/**
 * Returns the changes as people count them: without the edges that were added or removed with a node, and without those
 * that replace a removed node, or that an added node replaces.
 */
export function countedChanges(changes: readonly DocumentChange[]): readonly DocumentChange[] {
  const nodes = new Set<NodeId>()
  const edges = { added: new Set<string>(), removed: new Set<string>(), changed: new Set<string>() }
  for (const { part, kind, before, after } of changes) {
    if (part === 'node' && kind !== 'changed') nodes.add((after ?? before)?.id ?? '')
    const edge = part === 'edge' ? (after ?? before) : null
    if (edge !== null) edges[kind].add(endsOf(edge.source, edge.target))
  }
  const isImplied = (kind: ChangeKind, { source, target }: WorkflowEdge) => {
    if (nodes.has(source) || nodes.has(target)) return true
    const others = edges[kind === 'added' ? 'removed' : 'added']
    return [...nodes].some((id) => others.has(endsOf(source, id)) && others.has(endsOf(id, target)))
  }
  return changes.filter((change) => {
    const edge = change.part === 'edge' ? (change.after ?? change.before) : null
    return edge === null || !isImplied(change.kind, edge)
  })
}

function endsOf(source: NodeId, target: NodeId): string {
  return JSON.stringify([source, target])
}

const asPart =
  <Part extends string>(part: Part) =>
  <Change extends object>(change: Change) => ({ part, ...change })

/** Checks whether two states of a node are the same but for layout. */
export function isSameNode(before: WorkflowNode, after: WorkflowNode): boolean {
  const names = new Set([...Object.keys(before.params), ...Object.keys(after.params)])
  return (
    jsonEqual(comparedFields(before), comparedFields(after)) &&
    [...names].every((name) => isSameParam(name, before, after))
  )
}

function comparedFields({ position, size, params, keyOrder, ...fields }: WorkflowNode) {
  return fields
}

/**
 * Checks whether a param has the same value in two states of a node, with the keys of its objects in the same order.
 * Both documents have their keys in the order of their author.
 */
export function isSameParam(name: string, before: WorkflowNode, after: WorkflowNode): boolean {
  const [old, next] = [before.params[name], after.params[name]]
  if (!jsonEqual(old, next)) return false
  return jsonEqual(before.keyOrder ?? {}, after.keyOrder ?? {}) || JSON.stringify(old) === JSON.stringify(next)
}

function kindOf(before: unknown, after: unknown): ChangeKind {
  if (before === null) return 'added'
  return after === null ? 'removed' : 'changed'
}

/** Returns added and changed items in the order of `after`, then removed ones. */
function differences<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
  isSame: (a: Item, b: Item) => boolean,
): readonly Both<Item>[] {
  const left = new Map(before.map((item) => [keyOf(item), item]))
  const found: Both<Item>[] = []
  for (const item of after) {
    const known = left.get(keyOf(item)) ?? null
    left.delete(keyOf(item))
    if (known === null || !isSame(known, item)) found.push({ kind: kindOf(known, item), before: known, after: item })
  }
  return [...found, ...[...left.values()].map((item) => ({ kind: 'removed', before: item, after: null }) as const)]
}
