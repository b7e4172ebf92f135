import {
  type DocumentOperation,
  type NodeId,
  resolvePorts,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import type { Connection } from '../graph/connection-rules.ts'
import { isContainer } from '../graph/containers.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { type Planner, refuse } from './command.ts'
import { addEach, onlyPortOf } from './plan-loops.ts'

/**
 * Plans the removal of a loop around its nodes, which keep their positions and their edges, and move up one level. Edges
 * into the loop lead to its first node, and those of its main port leave its last one, if there is exactly one. The
 * others are removed and counted.
 */
export const planUnwrap: Planner<'unwrap-loop'> = ({ nodeId }, { document, manifest }) => {
  const loop = document.nodes.find(({ id }) => id === nodeId)
  const entry = loop === undefined ? undefined : manifest.entryOf(loop)
  if (loop === undefined || entry === undefined || !isContainer(entry)) return refuse('connect.gone')
  if (loop.locked === true) return refuse('command.lockedUnwrap')
  const inside = document.nodes.filter(({ parentId }) => parentId === nodeId)
  if (inside.length === 0) return refuse('command.nothingInside')
  const into = document.edges.filter(({ target }) => target === nodeId)
  const outOf = document.edges.filter(({ source }) => source === nodeId)
  const mainPort = resolvePorts(loop, entry).find((port) => !port.isError)?.name
  const first = onlyInput(document, manifest, inside)
  const last = onlyOutput(document, manifest, inside)
  const joined = [
    ...into.flatMap(({ source, sourceHandle }): Connection[] =>
      first === null ? [] : [{ source, sourceHandle, ...first }],
    ),
    ...outOf.flatMap(({ sourceHandle, target, targetHandle }): Connection[] =>
      last === null || sourceHandle !== mainPort ? [] : [{ ...last, target, targetHandle }],
    ),
  ]
  const operations: DocumentOperation[] = [
    ...[...into, ...outOf].map(({ id }) => ({ op: 'remove_edge', edgeId: id }) as const),
    ...inside.map(({ id }) => ({ op: 'update_node', nodeId: id, set: { parentId: loop.parentId ?? null } }) as const),
    { op: 'remove_node', nodeId },
  ]
  const lost = into.length + outOf.length - joined.length + addEach(operations, document, manifest, joined)
  const message = { key: 'command.unwrapped', values: { name: loop.name, lost } } as const
  return { operations, message, select: inside.map(({ id }) => id) }
}

type Inside = readonly WorkflowNode[]

/** Returns the input of the only node of a level that no edge of the level leads to; `null` if there are several. */
function onlyInput({ edges }: WorkflowDocument, manifest: ManifestIndex, inside: Inside) {
  const [only, ...more] = inside.filter(({ id }) => !edges.some(({ target }) => target === id))
  const input = only === undefined ? undefined : manifest.entryOf(only)?.inputs[0]?.name
  if (only === undefined || more.length > 0 || input === undefined) return null
  return { target: only.id, targetHandle: input } satisfies Partial<Connection>
}

/**
 * Returns the port by which the only node of a level that no edge leaves always continues; `null` if there are several
 * such nodes, or if the node chooses between several paths.
 */
function onlyOutput({ edges }: WorkflowDocument, manifest: ManifestIndex, inside: Inside) {
  const [only, ...more] = inside.filter(({ id }) => !edges.some(({ source }) => source === id))
  const port = only === undefined || more.length > 0 ? undefined : onlyPortOf(only, manifest)
  return only === undefined || port === undefined
    ? null
    : ({ source: only.id, sourceHandle: port } satisfies Partial<Connection>)
}

/** Checks whether a node is a loop with nodes inside, which can be removed around them. */
export function canUnwrap(
  { nodes }: Pick<WorkflowDocument, 'nodes'>,
  manifest: ManifestIndex,
  nodeId: NodeId,
): boolean {
  const loop = nodes.find(({ id }) => id === nodeId)
  if (loop === undefined || loop.locked === true || !isContainer(manifest.entryOf(loop))) return false
  return nodes.some(({ parentId }) => parentId === nodeId)
}
