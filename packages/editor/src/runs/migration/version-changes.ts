import { canonicalText, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'

/** Names of the nodes that differ between two versions, in document order. */
export interface VersionChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Nodes with another type, or with other params, policies or conditions. */
  readonly changed: readonly string[]
  /** Nodes of which only the name differs, as `before → after`. */
  readonly renamed: readonly string[]
}

/** Compares the nodes of two versions by their ids; layout does not count. */
export function changesOf(before: WorkflowDocument, after: WorkflowDocument): VersionChanges {
  const earlier = new Map(before.nodes.map((node) => [node.id, node]))
  const later = new Set(after.nodes.map(({ id }) => id))
  return {
    added: after.nodes.filter(({ id }) => !earlier.has(id)).map(nameOf),
    removed: before.nodes.filter(({ id }) => !later.has(id)).map(nameOf),
    changed: after.nodes.filter((node) => differs(earlier.get(node.id), node)).map(nameOf),
    renamed: after.nodes.flatMap((node) => {
      const former = earlier.get(node.id)
      if (former === undefined || former.name === node.name || differs(former, node)) return []
      return [`${nameOf(former)} → ${nameOf(node)}`]
    }),
  }
}

function nameOf({ id, name }: WorkflowNode): string {
  return name || id
}

function differs(before: WorkflowNode | undefined, after: WorkflowNode): boolean {
  return before !== undefined && behaviorOf(before) !== behaviorOf(after)
}

function behaviorOf({ name: _name, position: _position, ...behavior }: WorkflowNode): string {
  return canonicalText(behavior as unknown as Parameters<typeof canonicalText>[0])
}
