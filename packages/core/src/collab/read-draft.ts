import * as Y from 'yjs'
import { DOCUMENT_LIMITS } from '../document/limits.ts'
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
import { createRepairs, type Repairs } from './repairs.ts'

/** A draft as a document, and what had to be left out to make it one. */
export interface DraftReading {
  /** Sound and canonical: edges and annotations sorted by id, no field that says nothing. */
  readonly document: WorkflowDocument
  /** A sentence for each thing left out; empty for a sound draft. */
  readonly repairs: readonly string[]
  /**
   * Those of the repairs that lost content which cannot be read: a node, a param, a setting. Publishing such a draft
   * would publish something else than what was meant. Edges and containers that ended when a node was deleted are not
   * among them.
   */
  readonly losses: readonly string[]
}

type Place = Position & { readonly size?: Size }

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/** The entries of a map root in the order of their keys, whatever order they were written in. */
function entriesOf(root: Y.Map<unknown> | null): [string, unknown][] {
  return root === null ? [] : sharedEntries(root).sort(([a], [b]) => compareText(a, b))
}

function cutTo<Item>(items: readonly Item[], max: number, what: string, report: Report): readonly Item[] {
  if (items.length > max) report(`${items.length - max} ${what} left out: a draft has at most ${max}`)
  return items.slice(0, max)
}

function readPlace(entry: unknown): { id: unknown; place: Place } | null {
  if (!Array.isArray(entry)) return null
  const [id, x, y, width, height] = entry as unknown[]
  const position = attempt(shape.position, { x, y })
  if (position === undefined) return null
  const size = attempt(shape.size, width === undefined ? undefined : { width, height })
  return { id, place: size === undefined ? position : { ...position, size } }
}

/** The rightmost entry of a node wins; entries of nodes that are gone mean nothing. */
function readPlaces(ydoc: Y.Doc): ReadonlyMap<unknown, Place> {
  const places = new Map<unknown, Place>()
  for (const entry of positionsRootOf(ydoc)?.toArray() ?? []) {
    const read = readPlace(entry)
    if (read !== null) places.set(read.id, read.place)
  }
  return places
}

/** Takes away parents that are not there, and from each cycle of containers the smallest id. */
function liftParents(nodes: readonly DraftNode[], report: Report): ReadonlyMap<NodeId, NodeId> {
  const ids = new Set(nodes.map(({ node }) => node.id))
  const parents = new Map<NodeId, NodeId>()
  for (const { node } of nodes) {
    if (node.parentId === undefined) continue
    if (ids.has(node.parentId)) parents.set(node.id, node.parentId)
    else report(`Node ${node.id} lifted to the top level: its container ${node.parentId} is not there`)
  }
  const settled = new Set<NodeId>()
  for (const start of parents.keys()) {
    const chain: NodeId[] = []
    let at: NodeId | undefined = start
    for (; at !== undefined && !settled.has(at); at = parents.get(at)) {
      settled.add(at)
      chain.push(at)
    }
    const from = at === undefined ? -1 : chain.indexOf(at)
    const [smallest] = from === -1 ? [] : chain.slice(from).sort(compareText)
    if (smallest === undefined) continue
    parents.delete(smallest)
    report(`Node ${smallest} lifted to the top level: it was inside itself`)
  }
  return parents
}

function readNodes(ydoc: Y.Doc, { reportLoss: report, reportMerge }: Repairs): WorkflowNode[] {
  const found = entriesOf(mapRootOf(ydoc, 'nodes')).flatMap(([id, entry]) => readNode(id, entry, report) ?? [])
  const ordered = found.sort((a, b) =>
    compareOrdered({ id: a.node.id, order: a.order }, { id: b.node.id, order: b.order }),
  )
  const kept = cutTo(ordered, DOCUMENT_LIMITS.nodes, 'nodes', report)
  const places = readPlaces(ydoc)
  const parents = liftParents(kept, reportMerge)
  return kept.map(({ node: { parentId: _, ...node } }) => {
    const { size, ...position } = places.get(node.id) ?? { x: 0, y: 0 }
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
    const place = `Edge ${plainText(key, 80)} left out`
    if (missing === undefined) repairs.reportLoss(`${place}: it is no edge`)
    else repairs.reportMerge(`${place}: ${missing} is not there`)
    return []
  })
  return cutTo(edges, DOCUMENT_LIMITS.edges, 'edges', repairs.reportLoss)
}

function readVariables(ydoc: Y.Doc, report: Report): readonly WorkflowVariable[] {
  const found = entriesOf(mapRootOf(ydoc, 'variables')).flatMap(([name, entry]) => {
    const place = `Variable ${plainText(name, 64)}`
    const read = readValue(entry, DOCUMENT_LIMITS.valueDepth + 1, { place, report })
    const { schema, value, order } = isJsonObject(read) ? read : {}
    const bare = attempt(shape.variable, { name, value })
    if (bare === undefined) {
      report(`${place} left out: it is no variable`)
      return []
    }
    return [{ order, id: name, variable: attempt(shape.variable, { name, value, schema }) ?? bare }]
  })
  const ordered = found.sort(compareOrdered).map(({ variable }) => variable)
  return cutTo(ordered, DOCUMENT_LIMITS.variables, 'variables', report)
}

function readAnnotations(ydoc: Y.Doc, report: Report): readonly Annotation[] {
  const annotations = entriesOf(mapRootOf(ydoc, 'annotations')).flatMap(([id, entry]) => {
    const fields = entry instanceof Y.Map ? entry : new Map<string, unknown>()
    const color = fields.get('color')
    const text = readText(fields.get('text'), DOCUMENT_LIMITS.notesLength)
    const bare = attempt(shape.annotation, { id, kind: fields.get('kind'), rect: fields.get('rect'), text })
    if (bare === undefined) {
      report(`Annotation ${plainText(id, 64)} left out: it is no annotation`)
      return []
    }
    return [attempt(shape.annotation, { ...bare, color }) ?? bare]
  })
  return cutTo(annotations, DOCUMENT_LIMITS.annotations, 'annotations', report)
}

function readSettings(ydoc: Y.Doc, report: Report): WorkflowSettings {
  const sound = entriesOf(mapRootOf(ydoc, 'settings')).flatMap(([key, entry]) => {
    const value = readValue(entry, DOCUMENT_LIMITS.valueDepth, { place: `Setting ${plainText(key, 64)}`, report })
    const setting = attempt(shape.settings, { [key]: value })
    if (setting === undefined) report(`Setting ${plainText(key, 64)} left out: it is no sound setting`)
    return setting === undefined ? [] : [setting]
  })
  return Object.assign({}, ...sound) as WorkflowSettings
}

/**
 * The only reader of a shared draft. It writes nothing, throws never, and gives the same document on every
 * replica that has seen the same updates.
 *
 * What cannot be read is left out and reported. Edges with a missing end are dropped, of containers inside each
 * other the smallest id is lifted to the top level, ties are broken by id. What is readable but wrong (cycles of
 * edges, unknown types) stays, for `validateWorkflow` to report.
 */
export function readDraft(ydoc: Y.Doc): DraftReading {
  const repairs = createRepairs()
  const { reportLoss } = repairs
  const nodes = readNodes(ydoc, repairs)
  const document: WorkflowDocument = {
    schemaVersion: 1,
    nodes,
    edges: readEdges(ydoc, new Set(nodes.map(({ id }) => id)), repairs),
    variables: readVariables(ydoc, reportLoss),
    annotations: readAnnotations(ydoc, reportLoss),
    settings: readSettings(ydoc, reportLoss),
  }
  return { document, repairs: repairs.list(), losses: repairs.losses() }
}
