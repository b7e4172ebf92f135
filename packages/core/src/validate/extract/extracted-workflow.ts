import { applyOperations } from '../../document/apply-operations.ts'
import {
  EMPTY_DOCUMENT,
  edgeId,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '../../document/types.ts'
import type { NodeId } from '../../ids.ts'
import type { Json, JsonObject } from '../../json.ts'
import type { WorkflowSurvey } from '../survey.ts'
import type { BorderField } from './border-fields.ts'
import { type ChangedTemplate, textOperations } from './changed-templates.ts'
import type { ExtractedField } from './extraction.ts'
import type { ExtractionTypes } from './extraction-types.ts'
import type { Region } from './find-region.ts'

/** Distance on the canvas between the start, the extracted nodes and the end. */
const GAP = 320

/** Returns an id that no node has: `end`, `end_2`, … */
export function unusedId(nodes: readonly { readonly id: NodeId }[], base: string): NodeId {
  const taken = new Set(nodes.map(({ id }) => id))
  let id = base
  for (let count = 2; taken.has(id); count += 1) id = `${base}_${count}`
  return id
}

/** Returns templates for the fields of an object. */
export function templatesOf(fields: readonly BorderField[]): JsonObject {
  return Object.fromEntries(fields.map(({ name, from }) => [name, `{{ ${from} }}`]))
}

/** Returns an edge between two ends, with its id. */
export function edgeOf(ends: Omit<WorkflowEdge, 'id'>): WorkflowEdge {
  return { id: edgeId(ends), ...ends }
}

/** Returns the name of the first input of a node type. */
export function inputOf({ inputs }: ExtractionTypes['end']): string {
  // Every type but a trigger has an input.
  return (inputs[0] as ExtractionTypes['end']['inputs'][number]).name
}

interface WorkflowParts {
  readonly inputs: readonly ExtractedField[]
  readonly outputs: readonly BorderField[]
  readonly changes: readonly ChangedTemplate[]
}

/** Builds the document of the new workflow: a start with the input, the region, and an end with the output. */
export function extractedWorkflow(
  { document }: WorkflowSurvey,
  { ids, nodes, entry, into, outOf }: Region,
  types: ExtractionTypes,
  { inputs, outputs, changes }: WorkflowParts,
): WorkflowDocument {
  const own = document.nodes.filter(({ id }) => ids.has(id))
  const lefts = nodes.map(({ node }) => node.position.x)
  const { y } = entry.node.position
  const inputSchema: JsonObject = {
    type: 'object',
    properties: Object.fromEntries(inputs.map(({ name, schema }) => [name, schema as Json])),
    required: inputs.map(({ name }) => name),
  }
  const start: WorkflowNode = {
    id: unusedId(own, 'start'),
    type: types.start.type,
    typeVersion: types.start.version,
    name: types.start.title,
    params: { [types.schemaParam]: inputSchema },
    position: { x: Math.min(...lefts) - GAP, y },
  }
  const end: WorkflowNode = {
    id: unusedId(own, 'end'),
    type: types.end.type,
    typeVersion: types.end.version,
    name: types.end.title,
    params: { output: templatesOf(outputs) },
    position: { x: Math.max(...lefts) + GAP, y },
  }
  const targetHandle = into[0]?.targetHandle ?? inputOf(entry.entry as ExtractionTypes['end'])
  const edges = [
    edgeOf({ source: start.id, sourceHandle: types.startPort, target: entry.node.id, targetHandle }),
    ...document.edges.filter(({ source, target }) => ids.has(source) && ids.has(target)),
    ...outOf.map(({ source, sourceHandle }) =>
      edgeOf({ source, sourceHandle, target: end.id, targetHandle: inputOf(types.end) }),
    ),
  ]
  const inside = own.map((node) => withoutOuter(node, ids))
  const built: WorkflowDocument = {
    ...EMPTY_DOCUMENT,
    nodes: [start, ...inside, ...(outOf.length === 0 ? [] : [end])],
    edges: [...new Map(edges.map((edge) => [edge.id, edge])).values()],
    settings: document.settings.durability === undefined ? {} : { durability: document.settings.durability },
  }
  return applyOperations(built, textOperations(changes))
}

/** Returns a node without its container, if that is not extracted. */
function withoutOuter(node: WorkflowNode, ids: ReadonlySet<NodeId>): WorkflowNode {
  const { parentId, ...rest } = node
  return parentId === undefined || ids.has(parentId) ? node : rest
}
