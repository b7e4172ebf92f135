import {
  canonicalText,
  documentOrder,
  durationToMs,
  isDurationString,
  sha256Hex,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeManifest, NodeManifestEntry } from '@tenon/core/node'
import { checkEdges, compileEdges, edgesByNode } from './compile-edges.ts'
import { createIssueList, type IssueList } from './compile-issues.ts'
import { compileNode } from './compile-node.ts'
import { entryOf, itemAt } from './lookup.ts'
import type { Plan } from './plan.ts'

function checkNodes(document: WorkflowDocument, entries: ReadonlyMap<string, NodeManifestEntry>, issues: IssueList) {
  const seen = new Set<string>()
  for (const node of document.nodes) {
    const path = ['nodes', node.id]
    if (seen.has(node.id)) issues.add(path, 'NODE_ID_DUPLICATE', `Two nodes have the id "${node.id}"`)
    seen.add(node.id)
    if (!entries.has(typeKey(node))) {
      const message = `"${node.id}" is of the unknown type "${node.type}" version ${node.typeVersion}`
      issues.add([...path, 'type'], 'NODE_TYPE_UNKNOWN', message)
    }
    if (node.parentId !== undefined) {
      issues.add([...path, 'parentId'], 'CONTAINER_NOT_AVAILABLE', 'Containers are not available yet')
    }
  }
}

function typeKey({ type, typeVersion }: Pick<WorkflowNode, 'type' | 'typeVersion'>): string {
  return `${type}@${typeVersion}`
}

function timeoutOf({ timeout }: WorkflowDocument['settings'], issues: IssueList): number | null {
  if (timeout === undefined) return null
  if (isDurationString(timeout)) return durationToMs(timeout)
  issues.add(['settings', 'timeout'], 'SETTING_INVALID', 'timeout is no duration like 30s')
  return null
}

/** Nodes in document order, which only a document without cycles has. */
function orderedNodes(document: WorkflowDocument, issues: IssueList): readonly WorkflowNode[] {
  const { order, cycles } = documentOrder(document)
  for (const cycle of cycles) {
    issues.add(
      ['nodes', itemAt(cycle, 0)],
      'WORKFLOW_CYCLE',
      `These nodes lead back to themselves: ${cycle.join(', ')}`,
    )
  }
  const byId = new Map(document.nodes.map((node) => [node.id, node]))
  return order.map((id) => entryOf(byId, id))
}

/**
 * Turns a document into the form in which the machine runs it: nodes in document order, adjacency by index,
 * durations in milliseconds, policies and params with the defaults of their types.
 *
 * `planHash` names the plan itself, so what a node type adds to it counts: the same document compiled after
 * a change of a node type is another plan, and runs that began before keep theirs.
 *
 * @param manifest - Must have each node type in the version that the document names.
 * @returns Fresh plain JSON, except that `params` may be those of the document.
 * @throws {@link TenonError} `WORKFLOW_INVALID` (details: `issues`, each with path, code and message) for
 * cycles, unknown types, edges that lead nowhere, policies out of range and what is not available yet.
 */
export function compile(document: WorkflowDocument, manifest: NodeManifest): Plan {
  const issues = createIssueList()
  const entries = new Map(manifest.nodes.map((entry) => [`${entry.type}@${entry.version}`, entry]))
  checkNodes(document, entries, issues)
  const ordered = orderedNodes(document, issues)
  const edges = compileEdges(document, new Map(ordered.map(({ id }, index) => [id, index])), issues)
  issues.throwIfAny()

  const atNode = edgesByNode(edges, ordered.length)
  const nodes = ordered.map((node, index) =>
    compileNode(node, entryOf(entries, typeKey(node)), itemAt(atNode, index), edges, issues),
  )
  checkEdges(edges, nodes, issues)
  const body = {
    nodes,
    edges,
    timeoutMs: timeoutOf(document.settings, issues),
    durability: document.settings.durability ?? 'normal',
    variables: Object.fromEntries(document.variables.map(({ name, value }) => [name, value])),
  }
  issues.throwIfAny()
  return { planVersion: 1, planHash: sha256Hex(canonicalText(body)), ...body }
}
