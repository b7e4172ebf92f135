import { DOCUMENT_LIMITS } from './limits.ts'
import { annotation, edge, node, settings, variable } from './shape.ts'
import { list, malformed, object, oneOf, type Path, required } from './structure.ts'
import { edgeId, type WorkflowDocument, type WorkflowNode } from './types.ts'

/** The structure of a document, field by field; ends that do not exist and ids that repeat pass. */
export const documentShape = object<WorkflowDocument>({
  schemaVersion: required(oneOf(1)),
  nodes: required(list(node, DOCUMENT_LIMITS.nodes)),
  edges: required(list(edge, DOCUMENT_LIMITS.edges)),
  variables: required(list(variable, DOCUMENT_LIMITS.variables)),
  annotations: required(list(annotation, DOCUMENT_LIMITS.annotations)),
  settings: required(settings),
})

function refuseDuplicates(names: readonly string[], pathOf: (index: number) => Path): Set<string> {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) malformed(pathOf(index), `is there twice: "${name}"`)
    seen.add(name)
  }
  return seen
}

/** The ids of a node's containers from the inside out, up to the first that repeats. */
function refuseParentCycle(nodes: readonly WorkflowNode[]): void {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  const settled = new Set<string>()
  for (const [index, { id }] of nodes.entries()) {
    const chain = new Set<string>()
    for (let at: string | undefined = id; at !== undefined && !settled.has(at); at = parents.get(at)) {
      if (chain.has(at)) malformed(['nodes', index, 'parentId'], `is inside itself: "${at}"`)
      chain.add(at)
    }
    for (const each of chain) settled.add(each)
  }
}

function refuseDangling(document: WorkflowDocument, ids: ReadonlySet<string>): void {
  for (const [index, { parentId }] of document.nodes.entries()) {
    if (parentId !== undefined && !ids.has(parentId)) {
      malformed(['nodes', index, 'parentId'], `names no node: "${parentId}"`)
    }
  }
  for (const [index, each] of document.edges.entries()) {
    if (each.id !== edgeId(each)) malformed(['edges', index, 'id'], `must be "${edgeId(each)}"`)
    for (const end of ['source', 'target'] as const) {
      if (!ids.has(each[end])) malformed(['edges', index, end], `names no node: "${each[end]}"`)
    }
  }
}

/**
 * Reads a document from outside: JSON of a request, a file, a model's answer.
 *
 * It checks the structure alone: fields and their types, names, sizes, depth, unique ids, ends that exist, no
 * container inside itself. Whether the workflow makes sense is for `validateWorkflow` to say.
 *
 * @returns A fresh copy that holds own data only.
 * @throws {@link TenonError} `DOCUMENT_MALFORMED` with `details.path`, the place of the first fault.
 */
export function parseDocument(candidate: unknown): WorkflowDocument {
  const document = documentShape(candidate, [])
  const ids = refuseDuplicates(
    document.nodes.map(({ id }) => id),
    (index) => ['nodes', index, 'id'],
  )
  refuseDangling(document, ids)
  refuseParentCycle(document.nodes)
  refuseDuplicates(
    document.edges.map(({ id }) => id),
    (index) => ['edges', index, 'id'],
  )
  refuseDuplicates(
    document.variables.map(({ name }) => name),
    (index) => ['variables', index, 'name'],
  )
  refuseDuplicates(
    document.annotations.map(({ id }) => id),
    (index) => ['annotations', index, 'id'],
  )
  return document
}
