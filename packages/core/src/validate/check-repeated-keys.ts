import type { TemplateRead } from '../expression/analyze.ts'
import type { NodeId } from '../ids.ts'
import { MAX_NESTING } from './check-depth.ts'
import { issueFix } from './fix.ts'
import { type ReportIssue, warningIssue } from './issue.ts'
import { isLoop, type SurveyedNode, type WorkflowSurvey } from './survey.ts'

/** Roots whose values differ between the iterations of a loop, or may. */
const VARYING: ReadonlySet<string> = new Set(['item', 'index', 'loop', 'input', 'error'])

/** Returns the ids of the nodes around a node up to the innermost loop; `null` without one in the levels that can run. */
function upToLoop({ byId }: WorkflowSurvey, { node }: SurveyedNode) {
  const around = new Set<NodeId>()
  for (
    let at = node.parentId;
    at !== undefined && !around.has(at) && around.size <= MAX_NESTING;
    at = byId.get(at)?.node.parentId
  ) {
    around.add(at)
    const outer = byId.get(at)
    if (outer !== undefined && isLoop(outer)) return { around, loop: outer }
  }
  return null
}

function varies(survey: WorkflowSurvey, read: TemplateRead, around: ReadonlySet<NodeId>): boolean {
  if (VARYING.has(read.root)) return true
  const parentId = read.node === undefined ? undefined : survey.byId.get(read.node.id)?.node.parentId
  return parentId !== undefined && around.has(parentId)
}

/** Checks whether a key is the same in every iteration; a key with a syntax error has an issue of its own. */
function isConstant(survey: WorkflowSurvey, key: string, around: ReadonlySet<NodeId>): boolean {
  try {
    const { reads, isImpure } = survey.templates.analyze(key)
    return !isImpure && !reads.some((read) => varies(survey, read, around))
  } catch {
    return false
  }
}

/** Reports writes inside a loop whose key is the same in every iteration, which a service would treat as one. */
export function checkRepeatedKeys(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const surveyed of survey.nodes) {
    const { node, name } = surveyed
    const key = node.policy?.idempotency
    if (key === undefined || node.disabled) continue
    const found = upToLoop(survey, surveyed)
    if (found === null || !isConstant(survey, key, found.around)) continue
    const values = { loop: found.loop.name }
    const message = `${name} has the same idempotency key in each iteration of ${values.loop}, so only one of them may take effect`
    const fix = issueFix('ADD_ITERATION', {}, [
      { op: 'set_policy', nodeId: node.id, field: 'idempotency', value: `${key}-{{ loop.index }}` },
    ])
    const details = { nodeId: node.id, path: ['policy', 'idempotency'], fix, values }
    report(warningIssue('IDEMPOTENCY_REPEATED', message, details))
  }
}
