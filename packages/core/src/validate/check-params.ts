import type { DocumentOperation, ParamPath } from '../document/operation.ts'
import { paramAt } from '../document/param-path.ts'
import type { ProblemIssue } from '../errors/index.ts'
import { isTemplate } from '../expression/parse.ts'
import { nearest } from '../expression/suggest.ts'
import { nodeTypeKey } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifestEntry } from '../node/definition.ts'
import { faultyReferences } from './check-refs.ts'
import { issueFix } from './fix.ts'
import { holdsTemplate } from './holds-template.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { Meter } from './meter.ts'
import { schemaAt, titleAt, titleOfText } from './param-schema.ts'
import { type SchemaChecker, schemaFault } from './schema-checker.ts'
import { asObject } from './schema-facts.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

/** Keywords whose faults the value of a template may remove. */
const WHOLE_VALUE_KEYWORDS: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'not',
  'const',
  'enum',
  'contains',
  'minContains',
  'maxContains',
  'uniqueItems',
])
/** A number in plain notation that is read without loss. */
const PLAIN_NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,6})?$/
const MISSING_FIELD = /^The field "(.*)" is missing$/s

interface CheckedNode {
  readonly surveyed: SurveyedNode
  readonly entry: NodeManifestEntry
  readonly schema: JsonSchema
}

const valueAt = ({ surveyed }: CheckedNode, path: ParamPath) =>
  path.length === 0 ? surveyed.params : paramAt(surveyed.params, path)

/** Checks whether the fault depends on a template that is evaluated at run time. */
function isOpen(checked: CheckedNode, { path, code }: ProblemIssue): boolean {
  if (schemaAt(checked.schema, path).isLiteral) return false
  const value = valueAt(checked, path)
  if (typeof value === 'string' && isTemplate(value)) return true
  return WHOLE_VALUE_KEYWORDS.has(code) && holdsTemplate(value)
}

const isBlank = (value: Json | undefined): boolean => typeof value === 'string' && value.trim() === ''

function reportFault(checked: CheckedNode, issue: ProblemIssue, report: ReportIssue): void {
  const { node, name } = checked.surveyed
  const missing = issue.code === 'required' ? MISSING_FIELD.exec(issue.message)?.[1] : undefined
  const path = missing === undefined ? issue.path : [...issue.path, missing]
  const at = { nodeId: node.id, path: ['params', ...path] }
  const title = titleAt(checked.schema, path)
  // Schemas refuse empty texts by length, by pattern, or by a list of values.
  const isEmpty = ['minLength', 'pattern', 'not'].includes(issue.code) && isBlank(valueAt(checked, path))
  if (missing !== undefined || isEmpty) {
    report(errorIssue('PARAM_REQUIRED', `${name}: "${title}" is required`, { ...at, values: { param: title } }))
    return
  }
  const values = { param: title, fault: issue.message }
  const details = { ...at, ...repairOf(checked, issue), values }
  report(errorIssue('PARAM_INVALID', `${name}: "${title}": ${issue.message}`, details))
}

/**
 * Creates a fix of one value if the schema leaves no choice: the bound of a number, or the value that was probably
 * meant.
 */
function repairOf(checked: CheckedNode, { path, code }: ProblemIssue): { readonly fix?: IssueFix } {
  const nodeId = checked.surveyed.node.id
  const written = path.length === 0 ? undefined : paramAt(checked.surveyed.node.params, path)
  if (written === undefined) return {}
  if (code === 'false' && typeof path.at(-1) === 'string') {
    const operation = { op: 'unset_param', nodeId, path } as const
    return { fix: issueFix('REMOVE', { name: titleAt(checked.schema, path) }, [operation]) }
  }
  const value = valueInstead(asObject(schemaAt(checked.schema, path).schema) ?? {}, code, written)
  if (value === undefined) return {}
  const operation = { op: 'set_param', nodeId, path, value } as const
  return { fix: issueFix('CHANGE_VALUE', { value: JSON.stringify(value) }, [operation]) }
}

function valueInstead(schema: JsonObject, code: string, written: Json): Json | undefined {
  if (code === 'minimum' || code === 'maximum') return schema[code]
  if (code === 'enum' && typeof written === 'string' && Array.isArray(schema.enum)) {
    const texts = schema.enum.filter((choice) => typeof choice === 'string')
    return nearest(written, texts) ?? undefined
  }
  if (code !== 'type' || typeof written !== 'string' || !PLAIN_NUMBER.test(written)) return undefined
  const fits = schema.type === 'number' || (schema.type === 'integer' && Number.isInteger(Number(written)))
  return fits ? Number(written) : undefined
}

function checkSchema(checked: CheckedNode, check: SchemaChecker, report: ReportIssue): void {
  const { node, name, params } = checked.surveyed
  const verdict = check(nodeTypeKey(node.type, node.typeVersion), checked.schema, params)
  if ('issues' in verdict) {
    for (const issue of verdict.issues) if (!isOpen(checked, issue)) reportFault(checked, issue, report)
    return
  }
  const details = { nodeId: node.id, values: { fault: verdict.unusable } }
  report(errorIssue('SCHEMA_INVALID', `${name}: its params cannot be checked. ${verdict.unusable}`, details))
}

function renameFix(nodeId: string, from: string, to: string, params: JsonObject): IssueFix {
  const operations: DocumentOperation[] = [
    { op: 'set_param', nodeId, path: [to], value: params[from] as Json },
    { op: 'unset_param', nodeId, path: [from] },
  ]
  return issueFix('RENAME', { name: to }, operations)
}

/** Reports params that the node type does not know; they are ignored at run time and often misspelled. */
function checkUnknown({ surveyed, schema }: CheckedNode, report: ReportIssue): void {
  const { node, name } = surveyed
  const object = asObject(schema)
  if (object === null || object.additionalProperties !== undefined || !isJsonObject(object.properties)) return
  const { properties } = object
  for (const key of Object.keys(node.params).filter((param) => !Object.hasOwn(properties, param))) {
    const free = Object.keys(properties).filter((param) => !Object.hasOwn(node.params, param))
    const meant = nearest(key, free)
    const fix: IssueFix =
      meant === null
        ? issueFix('REMOVE', { name: key }, [{ op: 'unset_param', nodeId: node.id, path: [key] }])
        : renameFix(node.id, key, meant, node.params)
    const details = { nodeId: node.id, path: ['params', key], fix, values: { param: key } }
    report(warningIssue('PARAM_UNKNOWN', `${name} has no param "${key}"`, details))
  }
}

function checkLiterals({ surveyed, schema }: CheckedNode, report: ReportIssue): void {
  const { node, name, texts } = surveyed
  for (const { path, text, schema: own, isLiteral } of texts) {
    if (!isLiteral || !isTemplate(text) || asObject(own)?.literal !== true) continue
    const values = { param: titleOfText(schema, path) }
    const message = `${name}: "${values.param}" takes a fixed value; expressions are not evaluated here`
    report(warningIssue('PARAM_LITERAL', message, { nodeId: node.id, path, values }))
  }
}

/** Meanings of a param that is a JSON Schema. */
const SCHEMA_PARAMS: ReadonlySet<unknown> = new Set([undefined, 'schema', 'event'])

/** Reports params that should contain a JSON Schema but do not. */
function checkSchemaParams({ surveyed, entry }: CheckedNode, report: ReportIssue): void {
  const { node, name, params } = surveyed
  for (const output of Object.values(entry.outputs)) {
    if (typeof output === 'boolean' || !('fromParam' in output) || !SCHEMA_PARAMS.has(output.as)) continue
    const param = String(output.fromParam)
    const schema = params[param]
    if (!isJsonObject(schema)) continue
    const references = faultyReferences(schema).map((fault) => `$ref ${fault}`)
    const unusable = references.length > 0 ? null : schemaFault(schema)
    for (const fault of unusable === null ? references : [unusable]) {
      const details = { nodeId: node.id, path: ['params', param], values: { fault } }
      report(errorIssue('SCHEMA_INVALID', `${name}: ${fault}`, details))
    }
  }
}

/** Reports unusable schemas of variables, which define the types of expressions. */
function checkVariables({ document }: WorkflowSurvey, report: ReportIssue): void {
  for (const [index, { name, schema }] of document.variables.entries()) {
    for (const reference of faultyReferences(schema ?? true)) {
      const fault = `$ref ${reference}`
      const details = { path: ['variables', index, 'schema'], values: { fault } }
      report(errorIssue('SCHEMA_INVALID', `The variable "${name}": ${fault}`, details))
    }
  }
}

/** Reports params that do not match the schema of the node type; every leaf may also be a template. */
export function* checkParams(
  survey: WorkflowSurvey,
  check: SchemaChecker,
  meter: Meter,
  report: ReportIssue,
): Generator<undefined, void> {
  checkVariables(survey, report)
  for (const surveyed of survey.nodes) {
    if (meter.endSliceIfOver()) yield
    if (surveyed.entry === undefined) continue
    const checked: CheckedNode = { surveyed, entry: surveyed.entry, schema: surveyed.entry.params }
    checkSchema(checked, check, report)
    checkUnknown(checked, report)
    checkLiterals(checked, report)
    checkSchemaParams(checked, report)
  }
}
