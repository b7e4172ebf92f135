import type { NodeId } from '../ids.ts'
import { leavesIteration } from '../node/definition.ts'
import { MAX_NESTING } from './check-depth.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue } from './issue.ts'
import { holdsNodes, isLoop, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

/** Creates a fix that moves a node out of all others. @param edgeIds - Edges that go away with the move. */
export function toTopLevel({ node, name }: SurveyedNode, edgeIds: Iterable<string> = []): IssueFix {
  const removals = Array.from(edgeIds, (edgeId) => ({ op: 'remove_edge', edgeId }) as const)
  const move = { op: 'update_node', nodeId: node.id, set: { parentId: null } } as const
  return issueFix('MOVE_TO_TOP', { node: name }, [...removals, move])
}

/**
 * Reports a node inside one that is not a loop. The fix keeps its edges, since they lead to nodes that have to move
 * too.
 */
function checkParent({ byId }: WorkflowSurvey, surveyed: SurveyedNode, parentId: NodeId, report: ReportIssue): void {
  const { node, name } = surveyed
  const parent = byId.get(parentId)
  // An unknown type has its own issue.
  if (parent !== undefined && (parent.entry === undefined || holdsNodes(parent))) return
  const outerId = parent?.node.parentId
  const outer = outerId === undefined ? undefined : byId.get(outerId)
  const values = { parent: parent?.name ?? parentId }
  const fix =
    outer === undefined || outer === surveyed || !holdsNodes(outer)
      ? toTopLevel(surveyed)
      : issueFix('MOVE_INTO', { node: name, loop: outer.name }, [
          { op: 'update_node', nodeId: node.id, set: { parentId: outer.node.id } },
        ])
  const message = `${name} is inside ${values.parent}, which is not a loop`
  report(errorIssue('PARENT_NOT_CONTAINER', message, { nodeId: node.id, path: ['parentId'], fix, values }))
}

/** Reports triggers and ends inside of others: runs begin and end outside of loops. */
function checkInside(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry, incoming, outgoing } = surveyed
  if (entry?.control !== 'trigger' && entry?.control !== 'end') return
  const message = `${name} is inside a loop, but runs ${entry.control === 'trigger' ? 'start' : 'end'} outside of loops`
  const fix = toTopLevel(surveyed, new Set([...incoming, ...outgoing].map(({ id }) => id)))
  report(errorIssue('NODE_NOT_IN_CONTAINER', message, { nodeId: node.id, path: ['parentId'], fix }))
}

/**
 * Checks whether a node is inside a loop, also with scopes between them. A node of an unknown type around it counts, and
 * so does one with more nodes around it than a loop can be nested: both have issues of their own.
 */
export function isInLoop({ byId }: Pick<WorkflowSurvey, 'byId'>, { node }: Pick<SurveyedNode, 'node'>): boolean {
  let around = 0
  for (let at = node.parentId; at !== undefined; at = byId.get(at)?.node.parentId) {
    const outer = byId.get(at)
    around += 1
    if (outer?.entry === undefined || isLoop(outer) || around > MAX_NESTING) return true
  }
  return false
}

/** Reports nodes that end an iteration, but are not inside a loop; a scope around them is none. */
function checkLeaving(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  if (!leavesIteration(entry?.control) || isInLoop(survey, surveyed)) return
  const message = `${name} is not inside a loop, so it has no iteration to end`
  const fix = issueFix('REMOVE', { name }, [{ op: 'remove_node', nodeId: node.id }])
  report(errorIssue('BREAK_OUTSIDE_LOOP', message, { nodeId: node.id, path: ['parentId'], fix }))
}

/**
 * Reports loops without nodes, nodes inside others that are not loops, triggers and ends inside of loops, and nodes that
 * end an iteration outside of loops.
 */
export function checkLoops(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const surveyed of survey.nodes) {
    const { node, name } = surveyed
    if (holdsNodes(surveyed) && !survey.levels.has(node.id)) {
      report(errorIssue('CONTAINER_EMPTY', `${name} is empty: add a node inside it`, { nodeId: node.id }))
    }
    checkLeaving(survey, surveyed, report)
    if (node.parentId === undefined) continue
    checkParent(survey, surveyed, node.parentId, report)
    checkInside(surveyed, report)
  }
}
