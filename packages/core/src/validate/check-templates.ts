import type { DocumentOperation } from '../document/operation.ts'
import { valuesNeededBy } from '../evaluate/sinks/index.ts'
import type { ConstantOf } from '../evaluate/sinks/sink.ts'
import type { TemplateRead } from '../expression/analyze.ts'
import type { ExpressionPart } from '../expression/ast.ts'
import { describeUnsure } from '../expression/check/check-path.ts'
import { expressionFix } from '../expression/check/fix.ts'
import type { ExpressionProblem } from '../expression/check/problem.ts'
import { withExpectation } from '../expression/check/typecheck.ts'
import type { ValueKind } from '../expression/functions/signature.ts'
import { printExpression } from '../expression/printer.ts'
import { typeOfSchema } from '../expression/types/schema-to-type.ts'
import { kindsOf, type StaticType } from '../expression/types/static-type.ts'
import type { NodeId } from '../ids.ts'
import type { JsonSchema } from '../json.ts'
import { createConstantOf } from './check-sinks.ts'
import { type FlowNode, isInside } from './flow-node.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import { titleAt } from './param-schema.ts'
import { sinkOf } from './param-sink.ts'
import { isRetryIf } from './scope-schema.ts'
import type { NodeTemplate, SurveyedNode, WorkflowSurvey } from './survey.ts'
import type { TracedWorkflow, TypedTemplate } from './trace-workflow.ts'

interface CheckedTemplate {
  readonly survey: WorkflowSurvey
  readonly traced: TracedWorkflow
  readonly node: FlowNode
  readonly template: NodeTemplate
}

function writeText({ node, template: { path } }: CheckedTemplate, text: string): DocumentOperation {
  const nodeId = node.surveyed.node.id
  const [section, ...rest] = path
  if (section === 'params') return { op: 'set_param', nodeId, path: rest, value: text }
  return { op: 'set_policy', nodeId, field: rest[0] as 'skipIf' | 'retryIf' | 'idempotency', value: text }
}

function fixOf(checked: CheckedTemplate, { fix }: ExpressionProblem): { fix?: IssueFix } {
  if (fix === undefined) return {}
  const text = checked.template.text.slice(0, fix.start) + fix.text + checked.template.text.slice(fix.end)
  return { fix: { code: fix.code, values: fix.values, title: fix.title, operations: [writeText(checked, text)] } }
}

function paramOf({ node, template: { path } }: CheckedTemplate): string {
  const [section, ...rest] = path
  return section === 'params' ? titleAt(node.surveyed.entry?.params ?? true, rest) : rest.join(' ')
}

const titleOf = (checked: CheckedTemplate): string => `${checked.node.surveyed.name}: "${paramOf(checked)}"`

/** Returns the key of `input` that a problem refers to, if it is directly after `input`. */
function inputKeyAt({ analysis }: TypedTemplate, { start, end }: ExpressionProblem, text: string): string | null {
  const isAround = (read: TemplateRead) => read.root === 'input' && read.start <= start && end <= read.end
  const read = analysis?.reads.find(isAround)
  const key = read?.path[0]
  if (read === undefined || key === undefined) return null
  return /^[\s?.[]*$/.test(text.slice(read.start + read.root.length, start)) ? String(key) : null
}

/** Adds the number of paths of the workflow that have the key to a problem of `input`, if known. */
function counted(checked: CheckedTemplate, typed: TypedTemplate, problem: ExpressionProblem): ExpressionProblem {
  if (problem.code !== 'EXPRESSION_PATH_UNSURE' || problem.values.reason === 'needed') return problem
  const key = inputKeyAt(typed, problem, checked.template.text)
  const ways = key === null ? null : checked.traced.scopes.waysWith(checked.node, key)
  if (ways === null || ways.having === 0 || ways.having >= ways.all) return problem
  const values = { reason: 'some_paths', path: `input.${key}`, having: ways.having, all: ways.all } as const
  return { ...problem, values, message: describeUnsure(values) }
}

const NOTHING: ReadonlySet<number> = new Set()

/** Returns the outermost loop around a node that is not around the reader; `undefined` without one. */
function loopBetween({ survey, traced: { flow } }: CheckedTemplate, reader: FlowNode, of: SurveyedNode) {
  let found: SurveyedNode | undefined
  const seen = new Set<NodeId>()
  for (let at = of.node.parentId; at !== undefined && !seen.has(at); at = survey.byId.get(at)?.node.parentId) {
    flow.meter.spend(1)
    seen.add(at)
    const loop = flow.byId.get(at)
    if (loop === undefined || isInside(reader, loop)) break
    found = loop.surveyed
  }
  return found
}

/** Explains why a node cannot read the output of another one. */
function whyUnreadable(checked: CheckedTemplate, named: SurveyedNode): string {
  const { traced, node } = checked
  const { id } = named.node
  if (id === node.surveyed.node.id) return 'it is the same node'
  const other = traced.flow.byId.get(id)
  if (other !== undefined && isInside(node, other)) return 'its results exist only after its last iteration'
  const loop = loopBetween(checked, node, named)
  if (loop === undefined || !traced.scopes.comesBefore(node, loop.node.id)) {
    return `no path leads from ${named.name} to here`
  }
  return `it runs many times inside ${loop.name}: read the results of ${loop.name}`
}

/** Reports references to nodes that do not come before, by their names. */
function reportStrangers(
  checked: CheckedTemplate,
  { analysis }: TypedTemplate,
  report: ReportIssue,
): ReadonlySet<number> {
  let reported = NOTHING
  const { survey, traced, node, template } = checked
  for (const read of analysis?.reads ?? []) {
    const named = read.node === undefined ? undefined : survey.byId.get(read.node.id)
    if (named === undefined || read.node === undefined || traced.scopes.comesBefore(node, read.node.id)) continue
    const { start, end } = read.node
    reported = new Set([...reported, start])
    const values = { param: paramOf(checked), other: named.name }
    const details = { nodeId: node.surveyed.node.id, path: template.path, range: { start, end }, values }
    report(
      errorIssue(
        'REFERENCE_NOT_UPSTREAM',
        `${titleOf(checked)} reads ${named.name}, but ${whyUnreadable(checked, named)}`,
        details,
      ),
    )
  }
  return reported
}

/** Returns the kinds of value that a schema takes, each schema read once; `null` for any. */
type KindsIn = (schema: JsonSchema) => readonly ValueKind[] | null

function createKindsIn(): KindsIn {
  const known = new Map<JsonSchema, readonly ValueKind[] | null>()
  return (schema) => {
    const found = known.get(schema)
    if (found !== undefined) return found
    const kinds = kindsOf(typeOfSchema(schema))
    known.set(schema, kinds)
    return kinds
  }
}

/** Returns the parts of a template whose value the language of its param refuses if it is null. */
function neededParts({ survey, node, template }: CheckedTemplate, constantOf: ConstantOf): readonly ExpressionPart[] {
  const { entry, node: own } = node.surveyed
  const sink = template.path[0] === 'params' ? sinkOf(template.schema, entry?.params ?? true, own.params) : null
  return sink === null ? [] : valuesNeededBy(sink, survey.templates.parse(template.text), constantOf)
}

const neededProblem = ({ expression }: ExpressionPart): ExpressionProblem => {
  const values = { reason: 'needed', path: printExpression(expression) } as const
  const { start, end } = expression
  return { code: 'EXPRESSION_PATH_UNSURE', severity: 'warning', message: describeUnsure(values), values, start, end }
}

const mayBeNull = (type: StaticType): boolean => type.some(({ kind }) => kind === 'null')

/**
 * Reports null where a param needs a value. A path that may be missing gets this problem instead of its own: reading it
 * as null would only move the failure.
 */
function withNeeded(checked: CheckedTemplate, typed: TypedTemplate, constantOf: ConstantOf): TypedTemplate {
  // No value may be null or missing then. A text with a syntax error has no types.
  if (typed.types.length === 0 || (typed.problems.length === 0 && !typed.types.some(mayBeNull))) return typed
  const needed = neededParts(checked, constantOf)
  if (needed.length === 0) return typed
  let { problems } = typed
  const { parts } = checked.survey.templates.parse(checked.template.text)
  for (const part of needed) {
    const { expression } = part
    const isOwn = ({ code, start, end }: ExpressionProblem) =>
      code === 'EXPRESSION_PATH_UNSURE' && expression.kind === 'path' && part.start <= start && end <= part.end
    const isNullable = kindsOf(typed.types[parts.indexOf(part)] as StaticType)?.includes('null') ?? false
    if (!isNullable && !problems.some(isOwn)) continue
    problems = [...problems.filter((problem) => !isOwn(problem)), neededProblem(part)]
  }
  return { ...typed, problems }
}

const EMPTY = [
  ['list', '[]'],
  ['text', '""'],
] as const

/**
 * Replaces the fix that reads a missing path as null where the path is the whole value and its param takes no null: null
 * would only move the failure. An empty list or text is used instead, and there is no fix for other kinds.
 */
function withFitting(
  { survey, template }: CheckedTemplate,
  problem: ExpressionProblem,
  wanted: readonly ValueKind[] | null,
): ExpressionProblem {
  const isParam = template.path[0] === 'params'
  if (problem.fix?.code !== 'USE_NULL' || !isParam || wanted === null || wanted.includes('null')) return problem
  const { whole } = survey.templates.parse(template.text)
  if (whole?.kind !== 'path') return problem
  const { fix: _, ...rest } = problem
  const empty = EMPTY.find(([kind]) => wanted.includes(kind))
  if (empty === undefined) return rest
  const [kind, text] = empty
  const at = whole.end
  return { ...rest, fix: expressionFix('USE_EMPTY', { kind }, { text: ` ?? ${text}`, start: at, end: at }) }
}

function checkTemplate(checked: CheckedTemplate, kindsIn: KindsIn, constantOf: ConstantOf, report: ReportIssue): void {
  const { text, schema } = checked.template
  const typed = withNeeded(
    checked,
    checked.traced.typeText(checked.node, text, isRetryIf(checked.template.path)),
    constantOf,
  )
  const reported = reportStrangers(checked, typed, report)
  const wanted = kindsIn(schema)
  for (const found of withExpectation(typed.problems, text, typed.type, wanted)) {
    if (reported.has(found.start)) continue
    const problem = withFitting(checked, counted(checked, typed, found), wanted)
    const { severity, start, end } = problem
    const build = severity === 'error' ? errorIssue : warningIssue
    // A plain text, since the compiler cannot match each code of the union with its values here.
    const code: string = problem.code
    const message = `${titleOf(checked)}: ${problem.message}`
    const values = { ...problem.values, param: paramOf(checked) }
    const location = { nodeId: checked.node.surveyed.node.id, path: checked.template.path, range: { start, end } }
    report(build(code, message, { ...location, values, ...fixOf(checked, problem) }))
  }
}

/** Reports templates with syntax errors, missing values or types that do not match. */
export function* checkTemplates(
  survey: WorkflowSurvey,
  traced: TracedWorkflow,
  report: ReportIssue,
): Generator<undefined, void> {
  const kindsIn = createKindsIn()
  const constantOf = createConstantOf(survey)
  for (const node of traced.flow.nodes) {
    for (const template of node.surveyed.templates) {
      checkTemplate({ survey, traced, node, template }, kindsIn, constantOf, report)
    }
    if (traced.flow.meter.endSliceIfOver()) yield
  }
}
