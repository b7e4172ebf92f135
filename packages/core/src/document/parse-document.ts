import { type Gathering, gather, malformed, type Path } from './faults.ts'
import { named } from './grammar.ts'
import { DOCUMENT_LIMITS } from './limits.ts'
import { annotation, edge, node, settings, variable } from './shape.ts'
import { list, object, oneOf, required } from './structure.ts'
import { edgeId, type WorkflowDocument, type WorkflowNode } from './types.ts'

/** Structure of a document, field by field. Missing ends of edges and duplicate ids are not checked here. */
export const documentShape = named(
  'WorkflowDocument',
  object<WorkflowDocument>({
    schemaVersion: required(oneOf(1)),
    nodes: required(list(node, { max: DOCUMENT_LIMITS.nodes })),
    edges: required(list(edge, { max: DOCUMENT_LIMITS.edges })),
    variables: required(list(variable, { max: DOCUMENT_LIMITS.variables })),
    annotations: required(list(annotation, { max: DOCUMENT_LIMITS.annotations })),
    settings: required(settings),
  }),
)

function refuseDuplicates({ read }: Gathering, names: readonly string[], pathOf: (index: number) => Path): Set<string> {
  const seen = new Set<string>()
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) read(() => malformed(pathOf(index), `is a duplicate: "${name}"`))
    seen.add(name)
  }
  return seen
}

/** Refuses containers that contain themselves, each cycle once. */
function refuseParentCycles({ read }: Gathering, nodes: readonly WorkflowNode[]): void {
  const parents = new Map(nodes.map(({ id, parentId }) => [id, parentId]))
  const visited = new Set<string>()
  for (const [index, { id }] of nodes.entries()) {
    const chain = new Set<string>()
    for (let at: string | undefined = id; at !== undefined && !visited.has(at); at = parents.get(at)) {
      if (chain.has(at)) {
        const own = at
        read(() => malformed(['nodes', index, 'parentId'], `is inside itself: "${own}"`))
        break
      }
      chain.add(at)
    }
    for (const each of chain) visited.add(each)
  }
}

function refuseDangling({ read }: Gathering, document: WorkflowDocument, ids: ReadonlySet<string>): void {
  for (const [index, { parentId }] of document.nodes.entries()) {
    if (parentId !== undefined && !ids.has(parentId)) {
      read(() => malformed(['nodes', index, 'parentId'], `refers to a missing node: "${parentId}"`))
    }
  }
  for (const [index, each] of document.edges.entries()) {
    if (each.id !== edgeId(each)) read(() => malformed(['edges', index, 'id'], `must be "${edgeId(each)}"`))
    for (const end of ['source', 'target'] as const) {
      if (!ids.has(each[end])) read(() => malformed(['edges', index, end], `refers to a missing node: "${each[end]}"`))
    }
  }
}

/**
 * Parses a document from outside: JSON of a request, a file, the response of a model.
 *
 * Checks the structure only: fields and their types, names, sizes, depth, unique ids, ends that exist, no container
 * inside itself. `validateWorkflow` checks the meaning.
 *
 * @returns A fresh copy with known fields only.
 * @throws {@link TenonError} `DOCUMENT_MALFORMED` with `details.issues`, the first hundred faults with their paths
 * in the document, and `details.path`, the path of the first.
 */
export function parseDocument(candidate: unknown): WorkflowDocument {
  const document = documentShape(candidate, [])
  const faults = gather()
  const idsOf = (part: 'nodes' | 'edges' | 'annotations') =>
    refuseDuplicates(
      faults,
      document[part].map(({ id }) => id),
      (index) => [part, index, 'id'],
    )
  const ids = idsOf('nodes')
  idsOf('edges')
  refuseDuplicates(
    faults,
    document.variables.map(({ name }) => name),
    (index) => ['variables', index, 'name'],
  )
  idsOf('annotations')
  // References can be checked only once ids are unique.
  faults.end()
  refuseDangling(faults, document, ids)
  refuseParentCycles(faults, document.nodes)
  faults.end()
  return document
}
