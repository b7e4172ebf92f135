import {
  type NodeId,
  type Position,
  resolvePorts,
  type Size,
  type WorkflowDocument,
  type WorkflowNode,
} from '@tenon/core/document'
import type { CardBox } from '../edges/card-box.ts'
import { idsInside, isContainer, nodesByParent, parentsFirst } from '../graph/containers.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { isPlainPort } from '../manifest/ports.ts'
import { cardHeight, NODE_HEIGHT, NODE_WIDTH } from './card-size.ts'

/** Measures of the frame that is drawn around the nodes of a loop, in canvas pixels. */
export const FRAME = Object.freeze({
  /** Height of its header: name, type and summary. */
  head: 84,
  /** Distance of its border from the nodes inside. */
  inset: 28,
  /** Height of the row of one port below the nodes. */
  portRow: 24,
  /** Size of a frame without nodes. */
  empty: { width: 320, height: 204 },
  /** Size of a frame whose nodes are hidden, without the rows of its ports. */
  collapsed: { width: 320, height: 140 },
})

/** Measured sizes of cards by node id; a card without one has the assumed size. */
export type CardSizes = ReadonlyMap<NodeId, Partial<Size>>

const UNMEASURED: CardSizes = new Map()

/**
 * Computes where each node is drawn: a card at its position, and a loop as the frame around the nodes inside it, whose
 * own position counts only while it is empty.
 *
 * @param sizes - Measured sizes; those of frames are not used, since they follow from the nodes inside.
 * @param collapsed - Loops whose nodes are hidden. @defaultValue none
 * @returns The boxes in absolute canvas pixels, by node id.
 */
export function nodeBoxes(
  document: Pick<WorkflowDocument, 'nodes'>,
  manifest: ManifestIndex,
  sizes: CardSizes = UNMEASURED,
  collapsed: ReadonlySet<NodeId> = NONE,
): ReadonlyMap<NodeId, CardBox> {
  const groups = nodesByParent(document)
  const boxes = new Map<NodeId, CardBox>()
  // Not by recursion, of which a draft with thousands of levels would exceed the stack.
  for (const node of [...parentsFirst(document)].reverse()) {
    const inside = groups.get(node.id)
    const box = isFrame(node, manifest, inside)
      ? frameAround(inside?.flatMap(({ id }) => boxes.get(id) ?? []) ?? [], {
          node,
          rows: portRows(node, manifest),
          isCollapsed: collapsed.has(node.id),
        })
      : { ...node.position, ...cardSize(node, manifest, sizes.get(node.id)) }
    boxes.set(node.id, { id: node.id, ...box })
  }
  return boxes
}

/** Checks whether a node is drawn as a frame. */
export function isFrame(
  node: WorkflowNode,
  manifest: ManifestIndex,
  inside: readonly WorkflowNode[] | undefined,
): boolean {
  return (inside !== undefined && inside.length > 0) || isContainer(manifest.entryOf(node))
}

/** Returns the size of the frame around these boxes. */
function frameSize(width: number, height: number, rows: number): Size {
  return {
    width: Math.max(FRAME.empty.width, width + 2 * FRAME.inset),
    height: Math.max(FRAME.empty.height, FRAME.head + height + 2 * FRAME.inset) + footHeight(rows),
  }
}

function footHeight(rows: number): number {
  return rows === 0 ? 0 : rows * FRAME.portRow + 9
}

/** Returns the number of ports of a frame that have a row of their own. */
function portRows(node: WorkflowNode, manifest: ManifestIndex): number {
  const entry = manifest.entryOf(node)
  const ports = entry === undefined ? [] : resolvePorts(node, entry)
  return ports.filter((port) => !isPlainPort(port, ports)).length
}

interface FrameToDraw {
  readonly node: WorkflowNode
  /** Ports that have a row of their own. */
  readonly rows: number
  readonly isCollapsed: boolean
}

function frameAround(inside: readonly CardBox[], { node, rows, isCollapsed }: FrameToDraw): Omit<CardBox, 'id'> {
  if (inside.length === 0) return { ...node.position, ...frameSize(0, 0, rows) }
  const left = Math.min(...inside.map((box) => box.x))
  const top = Math.min(...inside.map((box) => box.y))
  const right = Math.max(...inside.map((box) => box.x + box.width))
  const bottom = Math.max(...inside.map((box) => box.y + box.height))
  const { width, height } = FRAME.collapsed
  const size = isCollapsed ? { width, height: height + footHeight(rows) } : frameSize(right - left, bottom - top, rows)
  return { x: left - FRAME.inset, y: top - FRAME.head - FRAME.inset, ...size }
}

function cardSize(node: WorkflowNode, manifest: ManifestIndex, measured: Partial<Size> | undefined): Size {
  const entry = manifest.entryOf(node)
  const assumed = entry === undefined ? NODE_HEIGHT : cardHeight(resolvePorts(node, entry).length)
  return { width: measured?.width ?? NODE_WIDTH, height: measured?.height ?? assumed }
}

/**
 * Returns the innermost loop whose frame has a point inside.
 *
 * @param excluded - Nodes that are dragged: neither they nor the loops inside them count. @defaultValue none
 * @returns The id of the loop; `null` at a point outside of all frames.
 */
export function loopAt(
  document: Pick<WorkflowDocument, 'nodes'>,
  manifest: ManifestIndex,
  boxes: ReadonlyMap<NodeId, CardBox>,
  point: Position,
  excluded: ReadonlySet<NodeId> = NONE,
): NodeId | null {
  const hidden = new Set([...excluded, ...idsInside(document, excluded)])
  const hit = document.nodes
    .filter((node) => isContainer(manifest.entryOf(node)) && !hidden.has(node.id))
    .flatMap(({ id }) => boxes.get(id) ?? [])
    .filter(({ x, y, width, height }) => {
      return point.x >= x && point.y >= y && point.x <= x + width && point.y <= y + height
    })
    // A loop inside another one is smaller than it.
    .sort((one, other) => one.width * one.height - other.width * other.height)
  return hit[0]?.id ?? null
}

const NONE: ReadonlySet<NodeId> = new Set()
