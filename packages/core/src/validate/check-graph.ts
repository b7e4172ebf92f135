import type { DocumentOperation } from '../document/operation.ts'
import type { WorkflowEdge } from '../document/types.ts'
import type { NodeId } from '../ids.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { toTopLevel } from './check-loops.ts'
import { openPorts } from './check-ways.ts'
import { connect, endFix, freeNodeId, NODE_GAP } from './end-fixes.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Checks whether a run can begin at the node. */
export function isTrigger({ entry }: Pick<SurveyedNode, 'entry'>): boolean {
  return entry?.control === 'trigger'
}

const nodeOf = (survey: WorkflowSurvey, id: NodeId): SurveyedNode => survey.byId.get(id) as SurveyedNode

/** Formats the names of nodes for a sentence; beyond five only their number. */
function listNames(survey: WorkflowSurvey, ids: readonly NodeId[]): string {
  const names = ids.slice(0, 5).map((id) => nodeOf(survey, id).name)
  return ids.length > 5 ? `${names.join(', ')} and ${ids.length - 5} more` : names.join(', ')
}

/** Returns the nodes outside of loops, in document order. */
const topLevel = ({ levels }: WorkflowSurvey): readonly SurveyedNode[] => levels.get(undefined) ?? []

/** Creates a fix that adds a trigger on the left and connects it to the first node without incoming edges. */
function addTriggerFix(survey: WorkflowSurvey, entry: NodeManifestEntry): IssueFix {
  const id = freeNodeId(survey, entry)
  const first = topLevel(survey).find(
    ({ incoming, entry: type }) => incoming.length === 0 && type !== undefined && type.inputs.length > 0,
  )
  const x = Math.min(...topLevel(survey).map(({ node }) => node.position.x)) - NODE_GAP
  const position = { x: Number.isFinite(x) ? x : 0, y: first?.node.position.y ?? 0 }
  const operations: DocumentOperation[] = [
    {
      op: 'add_node',
      node: { id, type: entry.type, typeVersion: entry.version, name: entry.title, params: {}, position },
    },
  ]
  const [port] = entry.ports
  const input = first?.entry?.inputs[0]
  if (first !== undefined && input !== undefined && port !== undefined && 'name' in port) {
    const ends = { source: id, sourceHandle: port.name, target: first.node.id, targetHandle: input.name }
    operations.push({ op: 'add_edge', edge: { id: `${id}:${port.name}>${first.node.id}:${input.name}`, ...ends } })
  }
  return issueFix('ADD_TRIGGER', { type: entry.title }, operations)
}

function checkTriggers(survey: WorkflowSurvey, report: ReportIssue): void {
  const trigger = survey.manifest.nodes.findLast(
    ({ control, trigger: kind }) => control === 'trigger' && kind === undefined,
  )
  const fix = trigger === undefined ? {} : { fix: addTriggerFix(survey, trigger) }
  report(errorIssue('TRIGGER_MISSING', 'Nothing starts this workflow; add a trigger such as Start', fix))
}

function checkDisabledTriggers(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const { node, name } of survey.nodes.filter(isTrigger)) {
    if (node.disabled !== true) continue
    const operations: DocumentOperation[] = [{ op: 'update_node', nodeId: node.id, set: { disabled: null } }]
    report(
      warningIssue('TRIGGER_DISABLED', `${name} is disabled, so it starts no runs`, {
        nodeId: node.id,
        fix: issueFix('ENABLE_NODE', {}, operations),
      }),
    )
  }
}

function reachableFrom(survey: WorkflowSurvey, starts: readonly SurveyedNode[]): ReadonlySet<NodeId> {
  const found = new Set(starts.map(({ node }) => node.id))
  // Iteration of a Set includes values added on the way.
  for (const id of found) {
    const { outgoing, undoneBy } = nodeOf(survey, id)
    for (const edge of outgoing) found.add(edge.target)
    if (undoneBy !== null) found.add(undoneBy)
  }
  return found
}

/** Reports nodes outside of loops that no run reaches; those inside a loop are reached with it. */
function checkReachable(survey: WorkflowSurvey, report: ReportIssue): void {
  const outer = survey.nodes.filter(({ node }) => node.parentId === undefined)
  const triggers = outer.filter(isTrigger)
  const reachable = reachableFrom(survey, triggers)
  // Most workflows need none.
  let fixOf: ReturnType<typeof createReachFix> | null = null
  for (const surveyed of outer) {
    const { node, name, entry } = surveyed
    if (reachable.has(node.id) || entry === undefined) continue
    fixOf ??= createReachFix(survey, triggers, reachable)
    const message = `${name} never runs: no path leads to it from a trigger`
    report(warningIssue('NODE_UNREACHABLE', message, { nodeId: node.id, fix: fixOf(surveyed) }))
  }
  const hasEnd = outer.some(({ node, entry }) => entry?.control === 'end' && reachable.has(node.id))
  if (hasEnd) return
  const fix = missingEndFix(survey, reachable)
  const message = 'No path leads to an end, so runs finish without an outcome and output'
  report(warningIssue('END_MISSING', message, fix === undefined ? {} : { fix }))
}

/**
 * Repairs for nodes that no trigger leads to: the first node before them that nothing leads to is connected, to the
 * only open port of the nodes that run, else to the only trigger. Where neither is the only one, the node is removed:
 * only its author knows what it belongs to.
 */
function createReachFix(survey: WorkflowSurvey, triggers: readonly SurveyedNode[], reachable: ReadonlySet<NodeId>) {
  const source = reachSource(survey, triggers, reachable)
  const roots = new Map<NodeId, SurveyedNode>()
  // In document order, nodes come before their successors.
  for (const surveyed of topLevel(survey)) {
    const { node, incoming, entry } = surveyed
    if (reachable.has(node.id)) continue
    const before = incoming.flatMap((edge) => roots.get(edge.source) ?? [])
    const root = before[0] ?? (incoming.length === 0 && (entry?.inputs.length ?? 0) > 0 ? surveyed : undefined)
    if (root !== undefined) roots.set(node.id, root)
  }
  return ({ node, name }: SurveyedNode): IssueFix => {
    const root = roots.get(node.id)
    const input = root?.entry?.inputs[0]?.name
    if (source === null || root === undefined || input === undefined) {
      return issueFix('REMOVE', { name }, [{ op: 'remove_node', nodeId: node.id }])
    }
    const operations = connect(source.node, [source.port], root.node.id, input)
    return issueFix('CONNECT', { source: source.node.name, target: root.name }, operations)
  }
}

/** Returns the only port to which unreachable nodes can be connected; `null` if there is none or more than one. */
function reachSource({ nodes }: WorkflowSurvey, triggers: readonly SurveyedNode[], reachable: ReadonlySet<NodeId>) {
  const [open, ...moreOpen] = nodes
    .filter(({ node, undoes }) => reachable.has(node.id) && undoes === null)
    .flatMap((node) => openPorts(node).map(({ name }) => ({ node, port: name })))
  if (open !== undefined && moreOpen.length === 0) return open
  const [start, ...moreStarts] = triggers.flatMap((node) =>
    node.ports.filter(({ isError }) => !isError).map(({ name }) => ({ node, port: name })),
  )
  return start === undefined || moreStarts.length > 0 ? null : start
}

/** Creates a fix that adds an end to the only path; with several paths there is none, since people choose. */
function missingEndFix(survey: WorkflowSurvey, reachable: ReadonlySet<NodeId>): IssueFix | undefined {
  const last = survey.nodes.filter(
    ({ node, outgoing, ports, undoes }) =>
      reachable.has(node.id) && outgoing.length === 0 && ports.length > 0 && undoes === null,
  )
  const [only] = last
  const ports = only?.ports.filter(({ isError }) => !isError) ?? []
  const [port] = ports
  if (only === undefined || last.length > 1 || port === undefined || ports.length > 1) return undefined
  return endFix(survey, only, [port.name])
}

/** Returns the edge to remove: one inside the cycle that leads backwards in the order of the document. */
function edgeThatCloses(survey: WorkflowSurvey, cycle: readonly NodeId[]): WorkflowEdge | undefined {
  const members = new Map(cycle.map((id, index) => [id, index]))
  const inside = cycle.flatMap((id) => nodeOf(survey, id).outgoing).filter(({ target }) => members.has(target))
  const isBack = ({ source, target }: WorkflowEdge) =>
    (members.get(target) as number) <= (members.get(source) as number)
  return inside.findLast(isBack) ?? inside.at(-1)
}

/** Reports nodes that are inside each other. */
function reportRing(survey: WorkflowSurvey, nodeId: NodeId, ring: readonly NodeId[], report: ReportIssue): void {
  const values = { nodes: listNames(survey, ring), count: ring.length }
  const message =
    ring.length === 1 ? `${values.nodes} is inside itself` : `These nodes are inside each other: ${values.nodes}`
  report(errorIssue('WORKFLOW_CYCLE', message, { nodeId, fix: toTopLevel(nodeOf(survey, nodeId)), values }))
}

function checkCycles(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const cycle of survey.cycles) {
    const edge = edgeThatCloses(survey, cycle)
    const nodeId = cycle[0] as NodeId
    if (edge === undefined) {
      reportRing(survey, nodeId, cycle, report)
      continue
    }
    const from = nodeOf(survey, edge.source).name
    const to = nodeOf(survey, edge.target).name
    const values = { nodes: listNames(survey, cycle), count: cycle.length }
    const message =
      cycle.length === 1
        ? `${from} is connected to itself`
        : `These nodes form a loop: ${values.nodes}. Workflows cannot have loops`
    const ends = { source: from, target: to }
    const fix = issueFix('REMOVE_EDGE_BETWEEN', ends, [{ op: 'remove_edge', edgeId: edge.id }])
    report(errorIssue('WORKFLOW_CYCLE', message, { nodeId, edgeId: edge.id, fix, values }))
  }
}

/** Reports missing and disabled triggers, unreachable nodes, cycles and a missing end. */
export function checkGraph(survey: WorkflowSurvey, report: ReportIssue): void {
  const triggers = survey.nodes.filter(isTrigger)
  if (triggers.length === 0) checkTriggers(survey, report)
  // A trigger inside a loop has an issue of its own.
  else if (triggers.some(({ node }) => node.parentId === undefined)) checkReachable(survey, report)
  checkDisabledTriggers(survey, report)
  checkCycles(survey, report)
}
