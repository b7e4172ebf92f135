import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope } from '../evaluate/scope.ts'
import type { JsonObject } from '../json.ts'
import type { LintRule } from '../node/definition.ts'
import { errorIssue, type ReportIssue, warningIssue } from './issue.ts'
import type { Survey, SurveyedNode } from './survey.ts'
import { holdsTemplate } from './template-leaves.ts'

/** Whether the rule finds a fault; a rule that cannot be evaluated over these params finds none. */
function applies({ when }: LintRule, params: JsonObject): boolean {
  try {
    return evaluateExpression(when, createPlainScope({ params })) === true
  } catch {
    return false
  }
}

/** Rules speak of literals: what a template gives is known at run time only. */
function withoutTemplates(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => !holdsTemplate(value)))
}

function readsTemplate({ when, field }: LintRule, params: JsonObject): boolean {
  return Object.entries(params).some(
    ([name, value]) =>
      holdsTemplate(value) && (field?.split('.')[0] === name || new RegExp(`\\b${name}\\b`).test(when)),
  )
}

function checkNode({ node, name, entry, params }: SurveyedNode, report: ReportIssue): void {
  const literal = withoutTemplates(params)
  for (const rule of entry?.lint ?? []) {
    if (readsTemplate(rule, params) || !applies(rule, literal)) continue
    const details =
      rule.field === undefined ? { nodeId: node.id } : { nodeId: node.id, path: ['params', ...rule.field.split('.')] }
    const build = rule.severity === 'error' ? errorIssue : warningIssue
    report(build(rule.code, `${name}: ${rule.message}`, details))
  }
}

/** The rules that node types bring along. */
export function checkLint(survey: Survey, report: ReportIssue): void {
  for (const surveyed of survey.nodes) checkNode(surveyed, report)
}
