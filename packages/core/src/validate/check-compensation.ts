import type { DocumentOperation } from '../document/operation.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Returns a fix after which nothing undoes a node. */
function removal({ node }: SurveyedNode): IssueFix {
  const operation: DocumentOperation = { op: 'set_policy', nodeId: node.id, field: 'compensation', value: null }
  return issueFix('REMOVE_COMPENSATION', {}, [operation])
}

const AT = ['policy', 'compensation']

/** Returns the fault of a node that cannot be undone; `null` if it can. Unknown types have an issue of their own. */
function faultOfUndone({ name, entry }: SurveyedNode): string | null {
  if (entry?.control === undefined) return null
  return entry.control === 'child'
    ? `${name} runs another workflow, which undoes its own work, so no node can undo it`
    : `${name} controls the flow, so there is nothing to undo`
}

/** Returns the fault of a node that cannot undo another one; `null` if it can. */
function faultOfUndoing({ name, entry }: SurveyedNode): string | null {
  const isFit = entry?.control === undefined || entry.control === 'child'
  return isFit ? null : `${name} controls the flow, so it cannot undo a node`
}

/** Reports a node that cannot undo another one; the two may be the same. */
function checkPair(undone: SurveyedNode, by: SurveyedNode, report: ReportIssue): void {
  const at = { nodeId: undone.node.id, path: AT, fix: removal(undone), values: { node: by.name } }
  const fault = faultOfUndone(undone) ?? faultOfUndoing(by)
  if (fault !== null) {
    const { name } = faultOfUndone(undone) === null ? by : undone
    report(errorIssue('COMPENSATION_NOT_ALLOWED', fault, { ...at, values: { node: name } }))
  } else if (by.node.policy?.compensation !== undefined) {
    const message = `${undone.name}: ${by.name} undoes a node, so it cannot be undone itself`
    report(errorIssue('COMPENSATION_NESTED', message, { ...at, nodeId: by.node.id, fix: removal(by) }))
  } else if (by.node.parentId !== undone.node.parentId) {
    const message = `${undone.name}: ${by.name} is not in the same loop or scope, so it cannot undo it`
    report(errorIssue('COMPENSATION_ELSEWHERE', message, at))
  }
}

/** Reports edges of a node that undoes another one: it runs only then. */
function checkEdges(by: SurveyedNode, report: ReportIssue): void {
  const edges = [...by.incoming, ...by.outgoing]
  const [first] = edges
  if (first === undefined) return
  const operations = edges.map(({ id }) => ({ op: 'remove_edge', edgeId: id }) as const)
  const message = `${by.name} undoes another node, so no edge can lead to it or leave it`
  const fix = issueFix('REMOVE_EDGE', {}, operations)
  report(errorIssue('COMPENSATION_HAS_EDGES', message, { nodeId: by.node.id, edgeId: first.id, fix }))
}

/** Reports a failure policy that a node cannot have while it undoes another one. */
function checkFailure({ node, name }: SurveyedNode, report: ReportIssue): void {
  const { onError } = node.policy ?? {}
  if (onError === undefined || onError === 'park' || onError === 'continue') return
  const message = `${name} undoes another node: when it fails, it can wait for a person or be skipped`
  const operation: DocumentOperation = { op: 'set_policy', nodeId: node.id, field: 'onError', value: 'park' }
  const fix = issueFix('PARK_FAILURES', { node: name }, [operation])
  report(errorIssue('COMPENSATION_POLICY', message, { nodeId: node.id, path: ['policy', 'onError'], fix }))
}

/** Warns of a disabled node that should undo another one: runs skip it, so that what was done remains. */
function checkDisabled(undone: SurveyedNode, { node, name }: SurveyedNode, report: ReportIssue): void {
  if (node.disabled !== true || undone.node.disabled === true) return
  const operation: DocumentOperation = { op: 'update_node', nodeId: node.id, set: { disabled: null } }
  const fix = issueFix('ENABLE_NODE', {}, [operation])
  const message = `${name} is disabled, so it does not undo ${undone.name}`
  report(warningIssue('COMPENSATION_DISABLED', message, { nodeId: node.id, fix, values: { undone: undone.name } }))
}

/** Reports compensations that no run can execute: nodes that are missing, shared, elsewhere, connected or disabled. */
export function checkCompensations({ nodes, byId }: WorkflowSurvey, report: ReportIssue): void {
  const known = new Map<SurveyedNode, SurveyedNode>()
  for (const undone of nodes) {
    const id = undone.node.policy?.compensation
    if (id === undefined) continue
    const by = byId.get(id)
    const at = { nodeId: undone.node.id, path: AT, fix: removal(undone) }
    if (by === undefined) {
      const message = `${undone.name} is undone by "${id}", which does not exist`
      report(errorIssue('COMPENSATION_UNKNOWN', message, { ...at, values: { missing: id } }))
      continue
    }
    const first = known.get(by)
    if (first !== undefined) {
      const message = `${by.name} undoes both ${first.name} and ${undone.name}: add another node that undoes ${undone.name}`
      report(errorIssue('COMPENSATION_SHARED', message, { ...at, values: { node: by.name, other: first.name } }))
      continue
    }
    known.set(by, undone)
    checkPair(undone, by, report)
    checkEdges(by, report)
    checkFailure(by, report)
    checkDisabled(undone, by, report)
  }
}
