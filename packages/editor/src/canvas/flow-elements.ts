import { type NodeId, resolvePorts, type WorkflowDocument, type WorkflowEdge } from '@tenon/core/document'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'

/** Returns the cards of a document. Measurements of React Flow are kept; an unchanged card keeps its reference. */
export function flowNodesOf(
  document: WorkflowDocument,
  manifest: ManifestIndex,
  selected: ReadonlySet<NodeId>,
  previous: readonly FlowNode[],
): FlowNode[] {
  const known = new Map(previous.map((flowNode) => [flowNode.id, flowNode]))
  return document.nodes.map((node) => {
    const before = known.get(node.id)
    const entry = manifest.entryOf(node)
    const isSelected = selected.has(node.id)
    // Set for locked cards only: the value of a card overrides that of the canvas, which may be read-only.
    const hold = node.locked === true ? HELD : FREE
    if (before === undefined) {
      const { id, position } = node
      return { id, type: 'tenon', position, data: { node, entry }, selected: isSelected, ...hold }
    }
    const isSame = before.data.node === node && before.data.entry === entry && before.selected === isSelected
    if (isSame) return before
    const position = before.data.node.position === node.position ? before.position : node.position
    const data = before.data.node === node && before.data.entry === entry ? before.data : { node, entry }
    const { draggable: _, ...rest } = before
    return { ...rest, position, data, selected: isSelected, ...hold }
  })
}

const HELD = Object.freeze({ draggable: false })
const FREE = Object.freeze({})

/** Returns the edges that can be drawn: both nodes, the port and the input exist. */
export function flowEdgesOf(
  document: WorkflowDocument,
  manifest: ManifestIndex,
  selected: ReadonlySet<string>,
  previous: readonly FlowEdge[],
): FlowEdge[] {
  const handles = handlesOf(document, manifest)
  const names = new Map(document.nodes.map((node) => [node.id, node.name]))
  const known = new Map(previous.map((edge) => [edge.id, edge]))
  return document.edges
    .filter((edge) => isDrawable(edge, handles))
    .map((edge) => {
      const before = known.get(edge.id)
      const isSelected = selected.has(edge.id)
      const from = sourceName(names.get(edge.source) ?? '', edge, handles)
      const to = names.get(edge.target) ?? ''
      const ariaLabel = `${from} → ${to}`
      const { id, source, sourceHandle, target, targetHandle, points } = edge
      const isSame = before?.selected === isSelected && before.ariaLabel === ariaLabel
      if (isSame && before.data?.points === points) return before
      return {
        id,
        type: 'tenon',
        source,
        sourceHandle,
        target,
        targetHandle,
        selected: isSelected,
        data: points === undefined ? { from, to } : { from, to, points },
        // It contains a button, which an image cannot.
        ariaRole: 'group',
        ariaLabel,
      }
    })
}

/** Handles of a node: the titles of its ports by name, and the names of its inputs. */
interface NodeHandles {
  readonly ports: ReadonlyMap<string, string>
  readonly inputs: ReadonlySet<string>
}

type Handles = ReadonlyMap<NodeId, NodeHandles | null>

/** Returns the name of an edge's source, with the port if the source has several or is of an unknown type. */
function sourceName(name: string, { source, sourceHandle }: WorkflowEdge, handles: Handles): string {
  const ports = handles.get(source)?.ports
  if (ports !== undefined && ports.size < 2) return name
  return `${name} (${ports?.get(sourceHandle) ?? sourceHandle})`
}

// A node of an unknown type has the handles that its edges name, so that no edge disappears.
function handlesOf(document: WorkflowDocument, manifest: ManifestIndex): Handles {
  return new Map(
    document.nodes.map((node) => {
      const entry = manifest.entryOf(node)
      if (entry === undefined) return [node.id, null]
      const ports = new Map(resolvePorts(node, entry).map((port) => [port.name, port.title]))
      return [node.id, { ports, inputs: new Set(entry.inputs.map((input) => input.name)) }]
    }),
  )
}

function isDrawable(edge: WorkflowEdge, handles: Handles): boolean {
  const source = handles.get(edge.source)
  const target = handles.get(edge.target)
  if (source === undefined || target === undefined) return false
  const hasPort = source === null || source.ports.has(edge.sourceHandle)
  return hasPort && (target === null || target.inputs.has(edge.targetHandle))
}
