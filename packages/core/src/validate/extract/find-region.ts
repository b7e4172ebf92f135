import { isSecretMarker, secretParamsOf } from '../../document/secret-marker.ts'
import type { WorkflowEdge } from '../../document/types.ts'
import type { NodeId } from '../../ids.ts'
import { leavesIteration } from '../../node/definition.ts'
import { exitPorts } from '../exit-ports.ts'
import { isLoop, type SurveyedNode, type WorkflowSurvey } from '../survey.ts'
import type { Reasons } from './extraction.ts'

/** Nodes of one level that are extracted, with everything inside them. */
export interface Region {
  /** Ids of all nodes, those inside others included. */
  readonly ids: ReadonlySet<NodeId>
  /** Nodes of the level of the region, in document order. */
  readonly nodes: readonly SurveyedNode[]
  /** Loop or scope around the region; `undefined` at the top level. */
  readonly parentId: NodeId | undefined
  /** Node at which the region begins. */
  readonly entry: SurveyedNode
  /** Edges that lead to the entry. */
  readonly into: readonly WorkflowEdge[]
  /** Edges that leave the region, all to the same targets. */
  readonly outOf: readonly WorkflowEdge[]
}

const idsOf = (nodes: readonly SurveyedNode[]): NodeId[] => nodes.map(({ node }) => node.id)

const joinOf = ({ node, entry }: SurveyedNode) => node.policy?.join ?? entry?.policy?.join ?? 'all'

/** Returns the selected nodes and everything inside them. */
function withInside({ levels }: WorkflowSurvey, nodeIds: readonly NodeId[]): ReadonlySet<NodeId> {
  // A Set also iterates over what is added on the way.
  const ids = new Set(nodeIds)
  for (const id of ids) for (const { node } of levels.get(id) ?? []) ids.add(node.id)
  return ids
}

/** Checks whether a break or a continue ends an iteration of a loop that is not extracted. */
function leavesLoopOutside({ byId }: WorkflowSurvey, { node }: SurveyedNode, ids: ReadonlySet<NodeId>): boolean {
  let { parentId } = node
  while (parentId !== undefined && ids.has(parentId)) {
    const parent = byId.get(parentId) as SurveyedNode
    if (isLoop(parent)) return false
    parentId = parent.node.parentId
  }
  return true
}

function hasSecret({ node, entry }: SurveyedNode): boolean {
  const secret = secretParamsOf(entry?.params ?? true)
  return Object.entries(node.params).some(
    ([name, value]) => isSecretMarker(value) || (secret.includes(name) && value !== null && value !== ''),
  )
}

/** Reports nodes that cannot be in another workflow. */
function checkNodes(
  survey: WorkflowSurvey,
  all: readonly SurveyedNode[],
  ids: ReadonlySet<NodeId>,
  reasons: Reasons,
): void {
  const check = (code: Parameters<Reasons['add']>[0], isAtFault: (node: SurveyedNode) => boolean) => {
    const found = all.filter(isAtFault)
    if (found.length > 0) reasons.add(code, idsOf(found))
  }
  check('UNKNOWN_TYPE', ({ entry }) => entry === undefined)
  check('HAS_TRIGGER', ({ entry }) => entry?.control === 'trigger')
  check('HAS_END', ({ entry }) => entry?.control === 'end')
  check('ANSWERS_CALLER', ({ entry }) => entry?.control === 'respond')
  check('LEAVES_LOOP', (each) => (leavesIteration(each.entry?.control) ? leavesLoopOutside(survey, each, ids) : false))
  check('LOCKED', ({ node }) => node.locked === true)
  check('HAS_SECRET', hasSecret)
  check('HAS_UNDO', ({ node, undoes }) => undoes !== null || node.policy?.compensation !== undefined)
}

/** Finds the node at which the region begins; `null` without exactly one. */
function findEntry(
  nodes: readonly SurveyedNode[],
  into: readonly WorkflowEdge[],
  ids: ReadonlySet<NodeId>,
  reasons: Reasons,
): SurveyedNode | null {
  const roots = nodes.filter(({ incoming }) => incoming.every(({ source }) => !ids.has(source)))
  const [entry] = roots
  const others = into.filter(
    ({ target, targetHandle }) => target !== entry?.node.id || targetHandle !== into[0]?.targetHandle,
  )
  if (entry === undefined || roots.length > 1 || others.length > 0) {
    const found = new Set([...idsOf(roots), ...others.map(({ target }) => target)])
    reasons.add('MANY_ENTRIES', [...found])
    return null
  }
  if (into.length === 0 && entry.node.parentId === undefined) {
    reasons.add('NOT_CONNECTED', [entry.node.id])
    return null
  }
  if (into.length > 1 && joinOf(entry) !== 'all') {
    reasons.add('JOIN_ACROSS', [entry.node.id])
  }
  return entry
}

const portOf = ({ source, sourceHandle }: WorkflowEdge): string => `${source}:${sourceHandle}`
const inputOf = ({ target, targetHandle }: WorkflowEdge): string => `${target}:${targetHandle}`

/** Checks that the edges out of the region can be those of one port. */
function checkExits(survey: WorkflowSurvey, outOf: readonly WorkflowEdge[], reasons: Reasons): void {
  const ports = new Set(outOf.map(portOf))
  if (ports.size < 2) return
  const targets = new Set(outOf.map(inputOf))
  const isSame = outOf.length === ports.size * targets.size
  const counted = outOf.filter(({ target }) => joinOf(survey.byId.get(target) as SurveyedNode) !== 'all')
  if (isSame && counted.length === 0) return
  const nodeIds = [...new Set((isSame ? counted : outOf).map(({ source, target }) => (isSame ? target : source)))]
  reasons.add(isSame ? 'JOIN_AFTER' : 'MANY_EXITS', nodeIds)
}

/** Checks that each run of the region leaves it by an exit, and that none of its branches ends elsewhere. */
function checkWayOut(
  nodes: readonly SurveyedNode[],
  entry: SurveyedNode,
  outOf: readonly WorkflowEdge[],
  reasons: Reasons,
): void {
  const exits = new Set(outOf.map(portOf))
  const sure = new Set<NodeId>()
  const possible = new Set<NodeId>()
  for (const surveyed of [...nodes].reverse()) {
    const { node, outgoing } = surveyed
    const leads = (port: string, by: ReadonlySet<NodeId>) =>
      exits.has(`${node.id}:${port}`) || outgoing.some((edge) => edge.sourceHandle === port && by.has(edge.target))
    const ports = exitPorts(surveyed)
    if (ports.some(({ port }) => leads(port, possible))) possible.add(node.id)
    const isSure = ports.some(({ port, isSure }) => isSure && leads(port, sure))
    const isCounted = typeof joinOf(surveyed) === 'object' && node.id !== entry.node.id
    if (isCounted || ports.length === 0) continue
    if (isSure || ports.every(({ port }) => leads(port, sure))) sure.add(node.id)
  }
  const dead = nodes.filter(({ node }) => !possible.has(node.id))
  if (dead.length > 0) {
    reasons.add('DEAD_END', idsOf(dead))
  } else if (!sure.has(entry.node.id)) {
    const open = nodes.filter(({ node }) => !sure.has(node.id))
    reasons.add('MAY_NOT_EXIT', idsOf(open))
  }
}

/** Finds the region of the selected nodes; `null` with the reasons if they are not one. */
export function findRegion(survey: WorkflowSurvey, nodeIds: readonly NodeId[], reasons: Reasons): Region | null {
  const known = nodeIds.filter((id) => survey.byId.has(id))
  const ids = withInside(survey, known)
  const all = survey.ordered.filter(({ node }) => ids.has(node.id))
  const nodes = all.filter(({ node }) => node.parentId === undefined || !ids.has(node.parentId))
  const parentId = nodes[0]?.node.parentId
  if (nodes.length === 0) reasons.add('NOTHING_SELECTED', [])
  if (survey.cycles.length > 0) reasons.add('HAS_CYCLE', survey.cycles.flat())
  if (nodes.some(({ node }) => node.parentId !== parentId)) {
    reasons.add('ACROSS_LOOPS', idsOf(nodes))
  }
  if (reasons.list().length > 0) return null
  checkNodes(survey, all, ids, reasons)
  const into = nodes.flatMap(({ incoming }) => incoming.filter(({ source }) => !ids.has(source)))
  const outOf = nodes.flatMap(({ outgoing }) => outgoing.filter(({ target }) => !ids.has(target)))
  const entry = findEntry(nodes, into, ids, reasons)
  checkExits(survey, outOf, reasons)
  if (parentId !== undefined && outOf.length === 0) {
    reasons.add('GIVES_RESULT', idsOf(nodes))
  }
  if (entry === null || reasons.list().length > 0) return null
  if (outOf.length > 0) checkWayOut(nodes, entry, outOf, reasons)
  return reasons.list().length > 0 ? null : { ids, nodes, parentId, entry, into, outOf }
}
