import type { DocumentOperation } from '../document/operation.ts'
import { ERROR_PORT } from '../document/ports.ts'
import { edgeId, type WorkflowEdge } from '../document/types.ts'
import { nearest } from '../expression/suggest.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

const removal = (edge: WorkflowEdge): IssueFix => issueFix('REMOVE_EDGE', {}, [{ op: 'remove_edge', edgeId: edge.id }])

/** Returns the operations that replace an edge by one with other ends. */
function rerouting(edge: WorkflowEdge, change: Partial<WorkflowEdge>): readonly DocumentOperation[] {
  const next = { ...edge, ...change }
  return [
    { op: 'remove_edge', edgeId: edge.id },
    { op: 'add_edge', edge: { ...next, id: edgeId(next) } },
  ]
}

function checkPort(edge: WorkflowEdge, source: SurveyedNode, taken: ReadonlySet<string>, report: ReportIssue): void {
  if (source.entry === undefined || source.portNames.has(edge.sourceHandle)) return
  const at = { nodeId: source.node.id, edgeId: edge.id }
  if (edge.sourceHandle === ERROR_PORT) {
    const fix = issueFix('ROUTE_FAILURES', { node: source.name }, [
      { op: 'set_policy', nodeId: source.node.id, field: 'onError', value: 'route' },
    ])
    report(
      errorIssue('PORT_UNKNOWN', `${source.name} does not route its failures, so it has no port "error"`, {
        ...at,
        fix,
        values: { port: ERROR_PORT },
      }),
    )
    return
  }
  const meant = nearest(edge.sourceHandle, [...source.portNames])
  const free = meant !== null && !taken.has(edgeId({ ...edge, sourceHandle: meant }))
  const fix = free ? issueFix('USE_PORT', { port: meant }, rerouting(edge, { sourceHandle: meant })) : removal(edge)
  const values = { port: edge.sourceHandle }
  report(errorIssue('PORT_UNKNOWN', `${source.name} has no port "${edge.sourceHandle}"`, { ...at, fix, values }))
}

function checkInput(edge: WorkflowEdge, target: SurveyedNode, taken: ReadonlySet<string>, report: ReportIssue): void {
  if (target.entry === undefined) return
  const isTrigger = target.entry.control === 'trigger'
  if (!isTrigger && target.entry.inputs.some(({ name }) => name === edge.targetHandle)) return
  const at = { nodeId: target.node.id, edgeId: edge.id }
  if (isTrigger) {
    report(
      errorIssue('TRIGGER_HAS_EDGE', `${target.name} is a trigger and has no inputs`, {
        ...at,
        fix: removal(edge),
      }),
    )
    return
  }
  const inputs = target.entry.inputs.map(({ name }) => name)
  const [only = null] = inputs
  const meant = nearest(edge.targetHandle, inputs) ?? (inputs.length === 1 ? only : null)
  const free = meant !== null && !taken.has(edgeId({ ...edge, targetHandle: meant }))
  const fix = free ? issueFix('USE_INPUT', { input: meant }, rerouting(edge, { targetHandle: meant })) : removal(edge)
  const values = { input: edge.targetHandle }
  report(errorIssue('INPUT_UNKNOWN', `${target.name} has no input "${edge.targetHandle}"`, { ...at, fix, values }))
}

/** Reports inputs with more edges than they accept. */
function checkFull(target: SurveyedNode, report: ReportIssue): void {
  for (const input of target.entry?.inputs ?? []) {
    const maximum: number | undefined = input.maxEdges
    if (maximum === undefined || target.incoming.length <= maximum) continue
    const edges = maximum === 1 ? 'edge' : 'edges'
    const arriving = target.incoming.filter(({ targetHandle }) => targetHandle === input.name)
    for (const edge of arriving.slice(maximum)) {
      const values = { input: input.title ?? input.name, maximum }
      const message = `The input "${values.input}" of ${target.name} accepts ${maximum} ${edges} only`
      const at = { nodeId: target.node.id, edgeId: edge.id }
      report(errorIssue('INPUT_FULL', message, { ...at, values, fix: removal(edge) }))
    }
  }
}

function checkEdge(survey: WorkflowSurvey, edge: WorkflowEdge, taken: ReadonlySet<string>, report: ReportIssue): void {
  const source = survey.byId.get(edge.source)
  const target = survey.byId.get(edge.target)
  if (source === undefined || target === undefined) {
    const missing = source === undefined ? edge.source : edge.target
    report(
      errorIssue('EDGE_DANGLING', `An edge starts or ends at "${missing}", which does not exist`, {
        edgeId: edge.id,
        fix: removal(edge),
        values: { missing },
      }),
    )
    return
  }
  checkPort(edge, source, taken, report)
  checkInput(edge, target, taken, report)
  if (source.node.parentId !== target.node.parentId) {
    const message = `The edge from ${source.name} to ${target.name} leads into or out of a loop`
    const values = { source: source.name, target: target.name }
    report(errorIssue('EDGE_ACROSS_PARENTS', message, { edgeId: edge.id, fix: removal(edge), values }))
  }
}

/** Reports edges with a missing port or input, duplicate edges, and edges that lead into or out of a loop. */
export function checkEdges(survey: WorkflowSurvey, report: ReportIssue): void {
  const taken = new Set<string>()
  for (const edge of survey.document.edges) {
    const id = edgeId(edge)
    if (taken.has(id)) {
      const details = { edgeId: edge.id, fix: removal(edge), values: { edge: edge.id } }
      report(errorIssue('EDGE_DUPLICATE', `The edge "${edge.id}" is a duplicate`, details))
      continue
    }
    taken.add(id)
  }
  for (const edge of survey.document.edges) checkEdge(survey, edge, taken, report)
  for (const surveyed of survey.nodes) checkFull(surveyed, report)
}
