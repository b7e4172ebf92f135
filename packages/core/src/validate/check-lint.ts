import { evaluateExpression } from '../evaluate/evaluate.ts'
import { createPlainScope, type EvaluationScope } from '../evaluate/scope.ts'
import type { Expression } from '../expression/ast.ts'
import { parseExpression } from '../expression/parse.ts'
import type { NodeId } from '../ids.ts'
import type { Json, JsonObject } from '../json.ts'
import type { LintRule, NodeManifestEntry } from '../node/definition.ts'
import { holdsTemplate } from './holds-template.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Cost of evaluating one rule, in steps. */
const STEPS_PER_RULE = 50

/** A rule that is read once for all nodes of its type. */
interface PreparedRule {
  readonly rule: LintRule
  /** Condition of the rule; `null` for one with a syntax error, which finds no fault. */
  readonly when: Expression | null
  /** Names in the condition, and the param that the rule reports. */
  readonly names: ReadonlySet<string>
}

function prepareRule(rule: LintRule): PreparedRule {
  const names = new Set(rule.when.split(/[^A-Za-z0-9_-]+/))
  const [param] = rule.field?.split('.') ?? []
  if (param !== undefined) names.add(param)
  return { rule, when: conditionOf(rule), names }
}

function conditionOf({ when }: LintRule): Expression | null {
  try {
    return parseExpression(when)
  } catch {
    return null
  }
}

/** Checks whether the rule finds a fault; a rule that cannot be evaluated over these params finds none. */
function applies({ when }: PreparedRule, scope: EvaluationScope): boolean {
  try {
    return when !== null && evaluateExpression(when, scope) === true
  } catch {
    return false
  }
}

/** Returns the fix of a rule that applies; none if its expression gives no value. */
function repairOf(rule: LintRule, nodeId: NodeId, scope: EvaluationScope): { readonly fix?: IssueFix } {
  if (rule.fix === undefined || rule.field === undefined) return {}
  const path = rule.field.split('.')
  try {
    const value = evaluateExpression(rule.fix.value, scope) as Json
    const shown = typeof value === 'string' ? value : JSON.stringify(value)
    const title = rule.fix.title.replaceAll('{value}', shown)
    const operations = [{ op: 'set_param', nodeId, path, value } as const]
    return { fix: { code: rule.code, values: { value: shown }, title, operations } }
  } catch {
    return {}
  }
}

/** Returns the params without templates, whose values are known only at run time, and the names of those with some. */
function literalParams(params: JsonObject) {
  const templated: string[] = []
  const literal: Record<string, Json> = {}
  for (const name of Object.keys(params)) {
    const value = params[name] as Json
    if (holdsTemplate(value)) templated.push(name)
    else literal[name] = value
  }
  return { templated, literal }
}

function checkNode({ node, name, params }: SurveyedNode, rules: readonly PreparedRule[], report: ReportIssue): void {
  const { templated, literal } = literalParams(params)
  const scope = createPlainScope({ params: literal })
  for (const prepared of rules) {
    const { rule, names } = prepared
    if (templated.some((param) => names.has(param)) || !applies(prepared, scope)) continue
    const field = rule.field === undefined ? {} : { path: ['params', ...rule.field.split('.')] }
    const build = rule.severity === 'error' ? errorIssue : warningIssue
    report(
      build(rule.code, `${name}: ${rule.message}`, { nodeId: node.id, ...field, ...repairOf(rule, node.id, scope) }),
    )
  }
}

/** Prepares the rules of node types, those of each type once. */
function createRules(): (entry: NodeManifestEntry | undefined) => readonly PreparedRule[] {
  const prepared = new Map<NodeManifestEntry | undefined, readonly PreparedRule[]>()
  return (entry) => {
    const known = prepared.get(entry) ?? (entry?.lint ?? []).map(prepareRule)
    prepared.set(entry, known)
    return known
  }
}

/** Reports faults by the lint rules of node types, which apply to literals. */
export function* checkLint(survey: WorkflowSurvey, meter: Meter, report: ReportIssue): Generator<undefined, void> {
  const rulesOf = createRules()
  for (const surveyed of survey.nodes) {
    const rules = rulesOf(surveyed.entry)
    meter.spend(STEPS_PER_RULE * rules.length)
    if (rules.length > 0) checkNode(surveyed, rules, report)
    if (meter.endSliceIfOver()) yield
  }
}
