import {
  humanize,
  isJsonObject,
  type Json,
  type JsonObject,
  type JsonSchema,
  type WorkflowNode,
} from '@tenon/core/document'
import type { NodeRunView } from '@tenon/core/run'
import { isTemplate } from '../../graph/template-parts.ts'
import { fieldsOf, resolveSchema } from '../../manifest/param-field.ts'
import { valueAt } from '../../manifest/ports.ts'
import type { Translate } from '../../messages/format.ts'

/** Field in the setup of a node where a failure began. */
interface FaultyField {
  /** Name of the field in the form: `Headers › Authorization`. */
  readonly field: string
  /** Expression or template in the field; `null` if not known. */
  readonly expression: string | null
}

type NodeError = NonNullable<NodeRunView['error']>

/** Longest displayed part of an expression. */
const MAX_LENGTH = 300

/**
 * Finds the field and the expression that a failure names.
 *
 * @param details - Details of the failure: `param` is a path in the params, `policy` a field of the policy, `position`
 * and `end` a range of its text; else `issues` has the paths of the faults, the first of which is named.
 * @param node - Node that the run executed.
 * @returns `null` for a failure that names no field.
 */
export function faultyField(
  details: Json | undefined,
  node: WorkflowNode | null,
  params: JsonSchema,
  t: Translate,
): FaultyField | null {
  if (!isJsonObject(details)) return null
  const { param, policy, position, end } = details
  const isPolicy = typeof policy === 'string'
  const path = isPolicy ? [policy] : Array.isArray(param) ? param.filter(isSegment) : (paramIssue(details)?.path ?? [])
  if (path.length === 0) return null
  const field = isPolicy ? policyTitle(policy, t) : titlesOf(params, path).join(' › ')
  const text = valueAt(isPolicy ? (node?.policy as Json | undefined) : node?.params, path)
  if (typeof text !== 'string') return { field, expression: null }
  const isPart = typeof position === 'number' && typeof end === 'number' && position < end && end <= text.length
  const part = isPart ? text.slice(position, end) : text
  // The range is an expression, or a part of the template that includes braces.
  const expression = isPart && !isTemplate(part) ? `{{ ${part} }}` : part
  return { field, expression: expression.length > MAX_LENGTH ? null : expression }
}

/** Returns the name of a field of the policy, as the editor has it. */
function policyTitle(field: string, t: Translate): string {
  return field === 'retryIf' ? t('runs.fact.retryIf') : humanize(field)
}

/**
 * Returns the message about the first fault of params with the name of its field: `URL: It is not a URL`.
 *
 * @returns `null` for a failure without such faults.
 */
export function paramFault({ code, details }: NodeError, params: JsonSchema): string | null {
  const issue = code === 'NODE_PARAMS_INVALID' && isJsonObject(details) ? paramIssue(details) : null
  return issue === null ? null : `${titlesOf(params, issue.path).join(' › ')}: ${issue.message}`
}

/** Returns the first fault of params in the details of a failure that has a path. */
function paramIssue({ issues }: JsonObject): { readonly path: readonly (string | number)[]; message: string } | null {
  const [issue] = Array.isArray(issues) ? issues : []
  if (!isJsonObject(issue) || !Array.isArray(issue['path']) || typeof issue['message'] !== 'string') return null
  const path = issue['path'].filter(isSegment)
  return path.length === 0 ? null : { path, message: issue['message'] }
}

function isSegment(segment: Json): segment is string | number {
  return typeof segment === 'string' || typeof segment === 'number'
}

function titlesOf(root: JsonSchema, path: readonly (string | number)[]): readonly string[] {
  let schema = resolveSchema(root, typeof root === 'boolean' ? {} : root)
  return path.map((segment) => {
    if (typeof segment === 'number') {
      schema = resolveSchema(root, schema.items)
      return String(segment + 1)
    }
    const field = fieldsOf(root, schema).find(({ name }) => name === segment)
    schema = field?.schema ?? {}
    return field?.title ?? segment
  })
}
