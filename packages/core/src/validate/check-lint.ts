import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope } from '../evaluate/scope.ts'
import type { NodeId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { LintRule } from '../node/definition.ts'
import { holdsTemplate } from './holds-template.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Cost of evaluating one rule, in steps. */
const STEPS_PER_RULE = 50

/** Checks whether the rule finds a fault; a rule that cannot be evaluated over these params finds none. */
function applies({ when }: LintRule, params: JsonObject): boolean {
  try {
    return evaluateExpression(when, createPlainScope({ params })) === true
  } catch {
    return false
  }
}

/** Returns the fix of a rule that applies; none if its expression gives no value. */
function repairOf(rule: LintRule, nodeId: NodeId, params: JsonObject): { readonly fix?: IssueFix } {
  if (rule.fix === undefined || rule.field === undefined) return {}
  const path = rule.field.split('.')
  try {
    const value = evaluateExpression(rule.fix.value, createPlainScope({ params })) as Json
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    const title = rule.fix.title.replaceAll('{value}', shown)
    const operations = [{ op: 'set_param', nodeId, path, value } as const]
    return { fix: { code: rule.code, values: { value: shown }, title, operations } }
  } catch {
    return {}
  }
}

/** Checks whether the rule reads a param with a template, whose value is known only at run time. */
function readsOne({ when, field }: LintRule, templated: readonly string[]): boolean {
  if (templated.length === 0) return false
  const names = when.split(/[^A-Za-z0-9_-]+/)
  return templated.some((name) => names.includes(name) || field?.split('.')[0] === name)
}

function checkNode({ node, name, params }: SurveyedNode, rules: readonly LintRule[], report: ReportIssue): void {
  const templated = Object.keys(params).filter((param) => holdsTemplate(params[param]))
  const literal = Object.fromEntries(Object.entries(params).filter(([param]) => !templated.includes(param)))
  for (const rule of rules) {
    if (readsOne(rule, templated) || !applies(rule, literal)) continue
    const field = rule.field === undefined ? {} : { path: ['params', ...rule.field.split('.')] }
    const build = rule.severity === 'error' ? errorIssue : warningIssue
    report(
      build(rule.code, `${name}: ${rule.message}`, { nodeId: node.id, ...field, ...repairOf(rule, node.id, literal) }),
    )
  }
}

/** Reports faults by the lint rules of node types, which apply to literals. */
export function* checkLint(survey: WorkflowSurvey, meter: Meter, report: ReportIssue): Generator<undefined, void> {
  for (const surveyed of survey.nodes) {
    const rules = surveyed.entry?.lint ?? []
    meter.spend(STEPS_PER_RULE * rules.length)
    if (rules.length > 0) checkNode(surveyed, rules, report)
    if (meter.endSliceIfOver()) yield
  }
}
