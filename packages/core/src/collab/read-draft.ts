import * as Y from 'yjs'
import { DOCUMENT_LIMITS } from '../document/limits.ts'
import type { DraftPart } from '../document/operation.ts'
import * as shape from '../document/shape.ts'
import {
  type Annotation,
  edgeId,
  type Position,
  type Size,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  type WorkflowVariable,
} from '../document/types.ts'
import type { NodeId } from '../ids.ts'
import { isJsonObject, type Json } from '../json.ts'
import { mapRootOf, positionsRootOf } from './draft-roots.ts'
import { compareOrdered } from './order-keys.ts'
import { plainText, type Report, readValue, sharedEntries } from './plain-value.ts'
import { attempt, type DraftNode, readNode, readText } from './read-node.ts'
import { createRepairs, type DraftLoss, type Repairs } from './repairs.ts'

/** A draft as a document, and the content that had to be left out. */
export interface DraftReading {
  /** Valid and canonical: edges and annotations sorted by id, no field with a default value. */
  readonly document: WorkflowDocument
  /** One sentence for each thing left out; empty for a valid draft. */
  readonly repairs: readonly string[]
  /**
   * Content that cannot be read: a node, a param, a setting; at most 100. Publishing such a draft would publish
   * something other than intended. `drop_unreadable` removes it. Edges and nodes that a deleted node left behind
   * are not included.
   */
  readonly losses: readonly DraftLoss[]
}

type Placement = Position & { readonly size?: Size }

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** Returns the entries of a map root sorted by key, since replicas iterate in different orders. */
function entriesOf(root: Y.Map<unknown> | null): [string, unknown][] {
  return root === null ? [] : sharedEntries(root).sort(([a], [b]) => compareText(a, b))
}

interface PartReading {
  readonly part: DraftPart
  readonly max: number
  readonly repairs: Repairs
}

function cutTo<Item>(items: readonly Item[], keyOf: (item: Item) => string, reading: PartReading): readonly Item[] {
  const { part, max, repairs } = reading
  for (const item of items.slice(max)) {
    const key = keyOf(item)
    repairs.reportLoss(part, key)(`${NAMES[part]} ${key} cannot be read: a draft can have at most ${max} ${part}`)
  }
  return items.slice(0, max)
}

const NAMES: Readonly<Record<DraftPart, string>> = Object.freeze({
  nodes: 'Node',
  edges: 'Edge',
  variables: 'Variable',
  annotations: 'Annotation',
  settings: 'Setting',
})

function readPlacement(entry: unknown): { id: unknown; placement: Placement } | null {
  if (!Array.isArray(entry)) return null
  const [id, x, y, width, height] = entry as unknown[]
  const position = attempt(shape.position, { x, y })
  if (position === undefined) return null
  const size = attempt(shape.size, width === undefined ? undefined : { width, height })
  return { id, placement: size === undefined ? position : { ...position, size } }
}

/** Reads positions: the rightmost entry of a node wins; entries of deleted nodes are ignored. */
function readPlacements(ydoc: Y.Doc): ReadonlyMap<unknown, Placement> {
  const placements = new Map<unknown, Placement>()
  for (const entry of positionsRootOf(ydoc)?.toArray() ?? []) {
    const read = readPlacement(entry)
    if (read !== null) placements.set(read.id, read.placement)
  }
  return placements
}

/** Moves nodes with a missing parent to the top level, and of nodes inside each other the smallest id. */
function liftParents(nodes: readonly DraftNode[], report: Report): ReadonlyMap<NodeId, NodeId> {
  const ids = new Set(nodes.map(({ node }) => node.id))
  const parents = new Map<NodeId, NodeId>()
  for (const { node } of nodes) {
    if (node.parentId === undefined) continue
    if (ids.has(node.parentId)) parents.set(node.id, node.parentId)
    else report(`Node ${node.id} moved to the top level: the node around it, ${node.parentId}, is missing`)
  }
  const visited = new Set<NodeId>()
  for (const start of parents.keys()) {
    const chain: NodeId[] = []
    let at: NodeId | undefined = start
    for (; at !== undefined && !visited.has(at); at = parents.get(at)) {
      visited.add(at)
      chain.push(at)
    }
    const from = at === undefined ? -1 : chain.indexOf(at)
    const [smallest] = from === -1 ? [] : chain.slice(from).sort(compareText)
    if (smallest === undefined) continue
    parents.delete(smallest)
    report(`Node ${smallest} moved to the top level: it contained itself`)
  }
  return parents
}

function readNodes(ydoc: Y.Doc, repairs: Repairs): WorkflowNode[] {
  const found = entriesOf(mapRootOf(ydoc, 'nodes')).flatMap(
    ([id, entry]) => readNode(id, entry, repairs.reportLoss('nodes', id)) ?? [],
  )
  const ordered = found.sort((a, b) =>
    compareOrdered({ id: a.node.id, order: a.order }, { id: b.node.id, order: b.order }),
  )
  const kept = cutTo(ordered, ({ node }) => node.id, { part: 'nodes', max: DOCUMENT_LIMITS.nodes, repairs })
  const placements = readPlacements(ydoc)
  const parents = liftParents(kept, repairs.reportMerge)
  return kept.map(({ node: { parentId: _, ...node } }) => {
    const { size, ...position } = placements.get(node.id) ?? { x: 0, y: 0 }
    const parentId = parents.get(node.id)
    return {
      ...node,
      position,
      ...(size === undefined ? {} : { size }),
      ...(parentId === undefined ? {} : { parentId }),
    }
  })
}

function readEdge(key: string, entry: unknown): WorkflowEdge | undefined {
  if (!isJsonObject(entry as Json)) return undefined
  const { points, ...ends } = entry as Record<string, unknown>
  const edge = attempt(shape.edge, { ...ends, id: key })
  if (edge === undefined || edgeId(edge) !== key) return undefined
  const bends = attempt(shape.points, points)
  return bends === undefined || bends.length === 0 ? edge : { ...edge, points: bends }
}

function readEdges(ydoc: Y.Doc, ids: ReadonlySet<string>, repairs: Repairs): readonly WorkflowEdge[] {
  const edges = entriesOf(mapRootOf(ydoc, 'edges')).flatMap(([key, entry]) => {
    const edge = readEdge(key, entry)
    const missing = edge === undefined ? undefined : [edge.source, edge.target].find((end) => !ids.has(end))
    if (edge !== undefined && missing === undefined) return [edge]
    const label = `Edge ${plainText(key, 80)}`
    if (missing === undefined) repairs.reportLoss('edges', key)(`${label} cannot be read: it is not an edge`)
    else repairs.reportMerge(`${label} removed: node ${missing} is missing`)
    return []
  })
  return cutTo(edges, ({ id }) => id, { part: 'edges', max: DOCUMENT_LIMITS.edges, repairs })
}

function readVariables(ydoc: Y.Doc, repairs: Repairs): readonly WorkflowVariable[] {
  const found = entriesOf(mapRootOf(ydoc, 'variables')).flatMap(([name, entry]) => {
    const label = `Variable ${plainText(name, 64)}`
    const report = repairs.reportLoss('variables', name)
    const read = readValue(entry, DOCUMENT_LIMITS.valueDepth + 1, { label, report })
    const { schema, value, order } = isJsonObject(read) ? read : {}
    const bare = attempt(shape.variable, { name, value })
    if (bare === undefined) {
      report(`${label} cannot be read: it is not a variable`)
      return []
    }
    return [{ order, id: name, variable: attempt(shape.variable, { name, value, schema }) ?? bare }]
  })
  const ordered = found.sort(compareOrdered).map(({ variable }) => variable)
  return cutTo(ordered, ({ name }) => name, { part: 'variables', max: DOCUMENT_LIMITS.variables, repairs })
}

function readAnnotations(ydoc: Y.Doc, repairs: Repairs): readonly Annotation[] {
  const annotations = entriesOf(mapRootOf(ydoc, 'annotations')).flatMap(([id, entry]) => {
    const fields = entry instanceof Y.Map ? entry : new Map<string, unknown>()
    const color = fields.get('color')
    const text = readText(fields.get('text'), DOCUMENT_LIMITS.notesLength)
    const bare = attempt(shape.annotation, { id, kind: fields.get('kind'), rect: fields.get('rect'), text })
    if (bare === undefined) {
      repairs.reportLoss('annotations', id)(`Annotation ${plainText(id, 64)} cannot be read: it is not an annotation`)
      return []
    }
    return [attempt(shape.annotation, { ...bare, color }) ?? bare]
  })
  return cutTo(annotations, ({ id }) => id, { part: 'annotations', max: DOCUMENT_LIMITS.annotations, repairs })
}

function readSettings(ydoc: Y.Doc, repairs: Repairs): WorkflowSettings {
  const sound = entriesOf(mapRootOf(ydoc, 'settings')).flatMap(([key, entry]) => {
    const report = repairs.reportLoss('settings', key)
    const value = readValue(entry, DOCUMENT_LIMITS.valueDepth, { label: `Setting ${plainText(key, 64)}`, report })
    const setting = attempt(shape.settings, { [key]: value })
    if (setting === undefined) report(`Setting ${plainText(key, 64)} cannot be read: it is not a valid setting`)
    return setting === undefined ? [] : [setting]
  })
  return Object.assign({}, ...sound) as WorkflowSettings
}

/**
 * Reads a shared draft as a document; there is no other reader. It writes nothing, never throws, and returns the same
 * document on every replica that has the same updates.
 *
 * Leaves out what cannot be read, and reports it. Edges with a missing end are dropped, of nodes inside each
 * other the smallest id is lifted to the top level, ties are broken by id. What is readable but wrong (cycles of
 * edges, unknown types) stays, for `validateWorkflow` to report.
 */
export function readDraft(ydoc: Y.Doc): DraftReading {
  return readWith(ydoc, createRepairs())
}

/** Returns all unreadable content of a draft, without a limit. */
export function allLosses(ydoc: Y.Doc): readonly DraftLoss[] {
  return readWith(ydoc, createRepairs(Number.POSITIVE_INFINITY)).losses
}

function readWith(ydoc: Y.Doc, repairs: Repairs): DraftReading {
  const nodes = readNodes(ydoc, repairs)
  const document: WorkflowDocument = {
    schemaVersion: 1,
    nodes,
    edges: readEdges(ydoc, new Set(nodes.map(({ id }) => id)), repairs),
    variables: readVariables(ydoc, repairs),
    annotations: readAnnotations(ydoc, repairs),
    settings: readSettings(ydoc, repairs),
  }
  return { document, repairs: repairs.list(), losses: repairs.losses() }
}
