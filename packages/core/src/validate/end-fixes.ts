import type { DocumentOperation } from '../document/operation.ts'
import { edgeId } from '../document/types.ts'
import type { NodeId } from '../ids.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { issueFix } from './fix.ts'
import type { IssueFix } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Distance between a node and one that a fix adds beside it, in units of the canvas. */
export const NODE_GAP = 280

/** Returns a free id for a new node of a type: `start`, `start_2`, …… */
export function freeNodeId({ byId }: WorkflowSurvey, { type }: NodeManifestEntry): NodeId {
  const wanted = type.replace(/^.*\//, '').replaceAll('-', '_')
  let id = wanted
  for (let number = 2; byId.has(id); number++) id = `${wanted}_${number}`
  return id
}

/** Returns the operations that connect ports of a node to an input of another one. */
export function connect(source: SurveyedNode, ports: readonly string[], target: NodeId, targetHandle: string) {
  return ports.map((sourceHandle): DocumentOperation => {
    const ends = { source: source.node.id, sourceHandle, target, targetHandle }
    return { op: 'add_edge', edge: { ...ends, id: edgeId(ends) } }
  })
}

/** Returns the only end outside of loops; `null` if there is none or more than one. */
function onlyEnd({ nodes }: WorkflowSurvey): SurveyedNode | null {
  const ends = nodes.filter(({ node, entry }) => entry?.control === 'end' && node.parentId === undefined)
  return ends.length === 1 ? (ends[0] as SurveyedNode) : null
}

/**
 * Creates a fix that connects ports of a node outside of loops, without edges, to the end of the workflow, or to a new end if there is none or more
 * than one.
 *
 * @returns `undefined` if no node type is an end.
 */
export function endFix(survey: WorkflowSurvey, source: SurveyedNode, ports: readonly string[]): IssueFix | undefined {
  const end = onlyEnd(survey)
  const entry = end?.entry ?? survey.manifest.nodes.findLast(({ control }) => control === 'end')
  const input = entry?.inputs[0]?.name
  if (entry === undefined || input === undefined) return undefined
  if (end !== null) {
    return issueFix('CONNECT_TO_END', { end: end.name }, connect(source, ports, end.node.id, input))
  }
  const id = freeNodeId(survey, entry)
  const { x, y } = source.node.position
  const position = { x: x + NODE_GAP, y }
  const added = { id, type: entry.type, typeVersion: entry.version, name: entry.title, params: {}, position }
  return issueFix('ADD_END', { type: entry.title }, [
    { op: 'add_node', node: added },
    ...connect(source, ports, id, input),
  ])
}
