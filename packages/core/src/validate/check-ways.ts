import type { ResolvedPort } from '../document/ports.ts'
import { edgeId, type WorkflowEdge } from '../document/types.ts'
import type { ControlKind } from '../node/definition.ts'
import { addBranchFix, checkPortItems } from './check-port-items.ts'
import { endFix } from './end-fixes.ts'
import { issueFix } from './fix.ts'
import { type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

const MOST_PORTS_NAMED = 4

const ownPorts = ({ ports }: SurveyedNode): readonly ResolvedPort[] => ports.filter(({ isError }) => !isError)

const TIME_LIMITED: readonly (ControlKind | undefined)[] = ['approval', 'event', 'callback']

/** Returns the ports without edges, except the port of a time limit that is not set. */
export function openPorts(surveyed: SurveyedNode): readonly ResolvedPort[] {
  const { outgoing, params, entry } = surveyed
  const used = new Set(outgoing.map(({ sourceHandle }) => sourceHandle))
  const isIdle = (port: string) =>
    TIME_LIMITED.includes(entry?.control) && port === 'timeout' && params.timeout === undefined
  return ownPorts(surveyed).filter(({ name }) => !used.has(name) && !isIdle(name))
}

function checkPorts(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, outgoing } = surveyed
  if (outgoing.length === 0 || surveyed.ports.length < 2 || ownPorts(surveyed).length < 2) return
  const open = openPorts(surveyed)
  if (open.length === 0) return
  const shown = open.slice(0, MOST_PORTS_NAMED).map(({ title }) => `"${title}"`)
  const more = open.length > shown.length ? ` and ${open.length - shown.length} more` : ''
  const values = { ports: shown.join(', '), count: open.length }
  const message = `${name}: no edge leaves ${values.ports}${more}, so the path ends there without an outcome`
  const ports = open.map((port) => port.name)
  const fix = fixed(endFix(survey, surveyed, ports))
  report(warningIssue('PORT_UNCONNECTED', message, { nodeId: node.id, ...fix, values }))
}

const fixed = (fix: IssueFix | undefined): { readonly fix?: IssueFix } => (fix === undefined ? {} : { fix })

/** Creates a fix that replaces a join with one edge by that edge. */
function bypassFix(survey: WorkflowSurvey, { node, name, incoming, outgoing }: SurveyedNode): IssueFix {
  const taken = new Set(survey.document.edges.map(({ id }) => id))
  // Two ports of the join may lead to the same input.
  const added = new Map<string, Omit<WorkflowEdge, 'id'>>()
  for (const { source, sourceHandle } of incoming) {
    for (const { target, targetHandle } of outgoing) {
      const ends = { source, sourceHandle, target, targetHandle }
      const id = edgeId(ends)
      if (source !== target && !taken.has(id) && source !== node.id && target !== node.id) added.set(id, ends)
    }
  }
  return issueFix('REMOVE', { name }, [
    { op: 'remove_node', nodeId: node.id },
    ...Array.from(added, ([id, ends]) => ({ op: 'add_edge', edge: { ...ends, id } }) as const),
  ])
}

function checkForkAndJoin(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry, incoming } = surveyed
  const at = { nodeId: node.id }
  if (entry?.control === 'fork' && ownPorts(surveyed).length === 1) {
    const fix = addBranchFix(surveyed)
    report(warningIssue('FORK_SINGLE', `${name} has one branch only, so nothing runs in parallel`, { ...at, ...fix }))
  }
  if (entry?.control === 'join' && incoming.length === 1) {
    const fix = bypassFix(survey, surveyed)
    report(warningIssue('JOIN_SINGLE', `Only one edge leads to ${name}, so it has nothing to wait for`, { ...at, fix }))
  }
}

/** Reports a node without outgoing edges in a workflow with ends. */
function checkDeadEnd(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, ports, outgoing } = surveyed
  if (ports.length === 0 || outgoing.length > 0) return
  const open = openPorts(surveyed).map((port) => port.name)
  const message = `Nothing comes after ${name}: this path finishes without an outcome`
  report(warningIssue('DEAD_END', message, { nodeId: node.id, ...fixed(endFix(survey, surveyed, open)) }))
}

/** Reports paths without an end, forks and joins without effect, and ports with the same name. */
export function checkWays(survey: WorkflowSurvey, report: ReportIssue): void {
  const hasEnd = survey.nodes.some(({ entry }) => entry?.control === 'end')
  for (const surveyed of survey.nodes) {
    if (surveyed.node.disabled) continue
    checkPortItems(surveyed, report)
    checkForkAndJoin(survey, surveyed, report)
    // Each path inside a loop ends its iteration.
    if (surveyed.node.parentId !== undefined) continue
    checkPorts(survey, surveyed, report)
    // Without any end, one warning covers all paths.
    const isReached = surveyed.incoming.length > 0 || surveyed.entry?.control === 'trigger'
    if (hasEnd && isReached) checkDeadEnd(survey, surveyed, report)
  }
}
