import type { DocumentOperation, ParamPath } from '../document/operation.ts'
import type { NodeId } from '../ids.ts'
import type { FixCode } from './fix.ts'
import type { IssueValues } from './issue-values.ts'

/** Codes of the validator itself; lint rules of node types and faults of expressions have their own codes. */
export const ISSUE_CODES = [
  'DOCUMENT_MALFORMED',
  'WORKFLOW_TOO_COMPLEX',
  'TRIGGER_MISSING',
  'END_MISSING',
  'WORKFLOW_CYCLE',
  'NODE_ID_DUPLICATE',
  'NODE_NAME_DUPLICATE',
  'NODE_NAME_INVALID',
  'NODE_TYPE_UNKNOWN',
  'NODE_VERSION_UNKNOWN',
  'NODE_UNREACHABLE',
  'CONTAINER_EMPTY',
  'PARENT_NOT_CONTAINER',
  'NODE_NOT_IN_CONTAINER',
  'BREAK_OUTSIDE_LOOP',
  'NESTED_TOO_DEEP',
  'EDGE_DANGLING',
  'EDGE_DUPLICATE',
  'EDGE_ACROSS_PARENTS',
  'TRIGGER_HAS_EDGE',
  'TRIGGER_DISABLED',
  'PORT_UNKNOWN',
  'PORT_UNCONNECTED',
  'PORT_NAME_INVALID',
  'PORT_NAME_DUPLICATE',
  'PORT_TITLE_INVALID',
  'DEAD_END',
  'FORK_SINGLE',
  'JOIN_SINGLE',
  'INPUT_UNKNOWN',
  'INPUT_FULL',
  'PARAM_REQUIRED',
  'PARAM_INVALID',
  'PARAM_UNKNOWN',
  'PARAM_LITERAL',
  'SCHEMA_INVALID',
  'TOOLS_INVALID',
  'TOOL_TYPE_UNKNOWN',
  'TOOL_TYPE_INVALID',
  'TOOL_NAME_DUPLICATE',
  'TOOL_PARAM_INVALID',
  'TOOL_APPROVAL_INVALID',
  'HEADER_NAME_INVALID',
  'HEADER_RESERVED',
  'SECRET_IN_TEXT',
  'SECRET_HOST_OPEN',
  'SECRET_MISSING',
  'TEMPLATE_INVALID',
  'POLICY_INVALID',
  'COMPENSATION_UNKNOWN',
  'COMPENSATION_NOT_ALLOWED',
  'COMPENSATION_SHARED',
  'COMPENSATION_NESTED',
  'COMPENSATION_ELSEWHERE',
  'COMPENSATION_HAS_EDGES',
  'COMPENSATION_POLICY',
  'COMPENSATION_DISABLED',
  'JOIN_IMPOSSIBLE',
  'IDEMPOTENCY_SHARED',
  'IDEMPOTENCY_REPEATED',
  'ERROR_PORT_UNCONNECTED',
  'KEY_COLLISION',
  'REFERENCE_NOT_UPSTREAM',
] as const
/** One of {@link ISSUE_CODES}; public, so that hosts can translate it. */
export type IssueCode = (typeof ISSUE_CODES)[number]

/** A change that removes an issue. */
export interface IssueFix {
  /** Kind of the change, for titles in other languages; a fix of a lint rule has the code of its rule. */
  readonly code: FixCode | (string & {})
  /** Values in the title, by name. */
  readonly values: Readonly<Record<string, string | number>>
  /** Label of the button that applies the change, in English. */
  readonly title: string
  /** Operations that change the document, applied together. */
  readonly operations: readonly DocumentOperation[]
}

/** One fault or possible mistake in a workflow. Errors prevent publishing. */
export interface WorkflowIssue {
  /** One of {@link ISSUE_CODES}, `EXPRESSION_*`, `COMPARISON_TYPES_DIFFER`, or the code of a lint rule. */
  readonly code: IssueCode | (string & {})
  /** Effect of the issue; an error prevents publishing, a warning does not. */
  readonly severity: 'error' | 'warning'
  /** One sentence for people, with the names of nodes. */
  readonly message: string
  /** Values in the message, by name, for texts in other languages; those of each code are in `IssueValues`. */
  readonly values?: Readonly<Record<string, string | number>>
  /** Node that has the issue; absent for issues of the workflow or of an edge. */
  readonly nodeId?: NodeId
  /** Edge that has the issue. */
  readonly edgeId?: string
  /** Path inside the node, keys joined by dots: `params.cases.0.value`, `policy.join`, `name`. */
  readonly field?: string
  /** The same path as a list of keys, for keys that contain dots. */
  readonly path?: ParamPath
  /** Range in the text at `path`: UTF-16 offsets, `end` exclusive. */
  readonly range?: { readonly start: number; readonly end: number }
  /** Change that removes the issue, where one is known. */
  readonly fix?: IssueFix
}

/** Receives an issue when a check finds it. */
export type ReportIssue = (issue: WorkflowIssue) => void

type Location = Pick<WorkflowIssue, 'nodeId' | 'edgeId' | 'path' | 'range' | 'fix'>

/** Details of an issue: the values of its code, if it has any, and its location. */
type Details<Code extends string> = Location &
  (Code extends keyof IssueValues ? { readonly values: IssueValues[Code] } : Pick<WorkflowIssue, 'values'>)

type Build = <Code extends IssueCode | (string & {})>(
  code: Code,
  message: string,
  ...details: Code extends keyof IssueValues ? [Details<Code>] : [Details<Code>?]
) => WorkflowIssue

function issue(
  severity: WorkflowIssue['severity'],
  code: string,
  message: string,
  details: Location & Pick<WorkflowIssue, 'values'> = {},
): WorkflowIssue {
  return {
    code,
    severity,
    message,
    ...details,
    ...(details.path === undefined ? {} : { field: details.path.join('.') }),
  }
}

/** Creates an error, which prevents publishing. */
export const errorIssue: Build = (code, message, ...[details]) => issue('error', code, message, details)

/** Creates a warning, for a possible mistake. */
export const warningIssue: Build = (code, message, ...[details]) => issue('warning', code, message, details)
