import {
  type NodeId,
  type Position,
  resolvePorts,
  type WorkflowDocument,
  type WorkflowEdge,
} from '@tenon/core/document'
import { type CardSizes, isFrame, nodeBoxes } from '../frames/node-boxes.ts'
import { idsInside, nodesByParent, parentsFirst } from '../graph/containers.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import type { FlowEdge, FlowNode } from './flow-types.ts'

/**
 * Returns the cards and frames of a document, frames before what is inside them. Measurements of React Flow are kept; an
 * unchanged card keeps its reference.
 *
 * @param collapsed - Loops whose nodes are not drawn. @defaultValue none
 */
export function flowNodesOf(
  document: WorkflowDocument,
  manifest: ManifestIndex,
  selected: ReadonlySet<NodeId>,
  previous: readonly FlowNode[],
  collapsed: ReadonlySet<NodeId> = NONE,
): FlowNode[] {
  const known = new Map(previous.map((flowNode) => [flowNode.id, flowNode]))
  const boxes = nodeBoxes(document, manifest, measuredSizes(previous), collapsed)
  const hiddenIds = idsInside(document, collapsed)
  const groups = nodesByParent(document)
  // React Flow needs each node after its loop.
  const shown = parentsFirst(document).filter(({ id }) => !hiddenIds.has(id))
  return shown.map((node): FlowNode => {
    const before = known.get(node.id)
    const entry = manifest.entryOf(node)
    const isSelected = selected.has(node.id)
    // Set for locked cards only: the value of a card overrides that of the canvas, which may be read-only.
    const hold = node.locked === true ? HELD : FREE
    const { x, y, width, height } = boxes.get(node.id) ?? { ...node.position, width: 0, height: 0 }
    const outer = node.parentId === undefined ? undefined : boxes.get(node.parentId)
    const inside = groups.get(node.id)
    const frame = isFrame(node, manifest, inside) ? { ...FRAME_LAYER, width, height } : CARD
    const parent = outer === undefined ? FREE : { parentId: outer.id }
    const corner = {
      absolute: { x, y },
      relative: outer === undefined ? { x, y } : { x: x - outer.x, y: y - outer.y },
    }
    const isEmpty = inside === undefined
    const hidden = collapsed.has(node.id) ? idsInside(document, [node.id]).size : 0
    const attributes = { ...frame, ...parent, ...hold, selected: isSelected }
    if (before === undefined || before.type !== frame.type || before.parentId !== outer?.id) {
      // A card that moved to another frame keeps its size, so that it does not flicker.
      const measured =
        before?.type === frame.type && before.measured !== undefined ? { measured: before.measured } : FREE
      return {
        id: node.id,
        position: corner.relative,
        data: { node, entry, corner, isEmpty, hidden },
        ...measured,
        ...attributes,
      }
    }
    const isSameData =
      before.data.node === node &&
      before.data.entry === entry &&
      before.data.isEmpty === isEmpty &&
      before.data.hidden === hidden &&
      isSameCorner(before.data.corner, corner)
    const isSameSize = frame === CARD || (before.width === width && before.height === height)
    if (isSameData && isSameSize && before.selected === isSelected) return before
    const isHere = samePoint(before.data.corner.relative, corner.relative)
    const position = isHere && before.data.node === node ? before.position : corner.relative
    const data = isSameData ? before.data : { node, entry, corner, isEmpty, hidden }
    const { draggable: _, ...rest } = before
    return { ...rest, position, data, ...attributes }
  })
}

const CARD = Object.freeze({ type: 'tenon' as const })
// Below all cards, also those that a person drags over it.
const FRAME_LAYER = Object.freeze({ type: 'loop' as const, zIndex: -1 })

function measuredSizes(nodes: readonly FlowNode[]): CardSizes {
  return new Map(
    nodes.flatMap(({ id, measured }) => {
      const { width, height } = measured ?? {}
      return width === undefined || height === undefined ? [] : [[id, { width, height }] as const]
    }),
  )
}

function isSameCorner(one: FlowNode['data']['corner'], other: FlowNode['data']['corner']): boolean {
  return samePoint(one.absolute, other.absolute) && samePoint(one.relative, other.relative)
}

function samePoint(one: Position, other: Position): boolean {
  return one.x === other.x && one.y === other.y
}

const HELD = Object.freeze({ draggable: false })
const FREE = Object.freeze({})

const NONE: ReadonlySet<NodeId> = new Set()

/** Returns the edges that can be drawn: both nodes, the port and the input exist, and no collapsed loop hides them. */
export function flowEdgesOf(
  document: WorkflowDocument,
  manifest: ManifestIndex,
  selected: ReadonlySet<string>,
  previous: readonly FlowEdge[],
  collapsed: ReadonlySet<NodeId> = NONE,
): FlowEdge[] {
  const hidden = idsInside(document, collapsed)
  const handles = handlesOf(document, manifest)
  const names = new Map(document.nodes.map((node) => [node.id, node.name]))
  const known = new Map(previous.map((edge) => [edge.id, edge]))
  return document.edges
    .filter((edge) => !hidden.has(edge.source) && isDrawable(edge, handles))
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
