import { isJsonObject, type Json, type NodeId, type WorkflowDocument } from '@tenon/core/document'
import { type NodeRunView, nodeRunIdOf, type RunView, type ValueRef } from '@tenon/core/run'

/**
 * Finds for each top-level field of a final output the node that wrote it: the last one before the end node whose
 * output has a field of that name. Where values are known, they must be equal, so that a field that the end node
 * made itself is not attributed to another.
 *
 * @returns Node ids by field; fields of unknown origin are left out.
 */
export function traceFields(
  output: Json,
  endNodeId: string,
  view: RunView,
  document: WorkflowDocument,
): ReadonlyMap<string, NodeId> {
  const owners = new Map<string, NodeId>()
  if (!isJsonObject(output)) return owners
  const writers = ancestorsOf(endNodeId, document)
    .map((nodeId) => view.nodeRuns.get(nodeRunIdOf(nodeId, [])))
    .filter((nodeRun): nodeRun is NodeRunView => nodeRun?.status === 'success' && nodeRun.output !== null)
    .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
  for (const [key, value] of Object.entries(output)) {
    const writer = writers.find((nodeRun) => nodeRun.output?.keys?.includes(key))
    if (writer?.output != null && mayBe(writer.output, key, value)) owners.set(key, writer.nodeId)
  }
  return owners
}

function mayBe(output: ValueRef, key: string, value: Json): boolean {
  if (!isJsonObject(output.inline)) return true
  return JSON.stringify(output.inline[key]) === JSON.stringify(value)
}

/** Returns the nodes from which a path leads to the given one, nearest first. */
export function ancestorsOf(nodeId: string, document: WorkflowDocument): readonly NodeId[] {
  const sources = new Map<NodeId, NodeId[]>()
  for (const edge of document.edges) {
    const known = sources.get(edge.target)
    if (known === undefined) sources.set(edge.target, [edge.source])
    else known.push(edge.source)
  }
  const found = new Set<NodeId>()
  const queue: string[] = [nodeId]
  for (const id of queue) {
    for (const source of sources.get(id) ?? []) {
      if (found.has(source)) continue
      found.add(source)
      queue.push(source)
    }
  }
  return [...found]
}
