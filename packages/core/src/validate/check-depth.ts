import type { NodeId } from '../ids.ts'
import { errorIssue, type ReportIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Most nodes that can be around a node: loops in loops. Run logs and plans have a level of nesting for each. */
export const MAX_NESTING = 10

/** Returns the outermost nodes that have more than {@link MAX_NESTING} others around them. */
export function nodesTooDeep({ ordered }: Pick<WorkflowSurvey, 'ordered'>): readonly SurveyedNode[] {
  const depths = new Map<NodeId, number>()
  return ordered.filter(({ node }) => {
    // Nodes come after those around them; of nodes inside each other, the first has none.
    const depth = node.parentId === undefined ? 0 : (depths.get(node.parentId) ?? 0) + 1
    depths.set(node.id, depth)
    return depth === MAX_NESTING + 1
  })
}

/** Reports nodes with too many others around them. */
export function checkDepth(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const { node, name } of nodesTooDeep(survey)) {
    const values = { maximum: MAX_NESTING }
    const message = `${name} is nested too deeply: at most ${MAX_NESTING} loops can be around a node`
    report(errorIssue('NESTED_TOO_DEEP', message, { nodeId: node.id, path: ['parentId'], values }))
  }
}
