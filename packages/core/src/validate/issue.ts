import type { DocumentOperation, ParamPath } from '../document/operation.ts'
import type { NodeId } from '../ids.ts'

/** What the validator reports by itself; lint rules of node types and faults of expressions bring their own codes. */
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
  'CONTAINER_NOT_AVAILABLE',
  'EDGE_DANGLING',
  'EDGE_DUPLICATE',
  'EDGE_ACROSS_PARENTS',
  'TRIGGER_HAS_EDGE',
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
  'HEADER_NAME_INVALID',
  'HEADER_RESERVED',
  'SECRET_IN_TEXT',
  'TEMPLATE_INVALID',
  'POLICY_INVALID',
  'POLICY_NOT_AVAILABLE',
  'JOIN_IMPOSSIBLE',
  'IDEMPOTENCY_SHARED',
  'ERROR_PORT_UNCONNECTED',
  'KEY_COLLISION',
  'REFERENCE_NOT_UPSTREAM',
] as const
/** Names what {@link validateWorkflow} found; public, so that hosts can translate it. */
export type IssueCode = (typeof ISSUE_CODES)[number]

/** A change that removes an issue, ready to be dispatched. */
export interface IssueFix {
  /** What it does, as a button says it. */
  readonly title: string
  /** Operations that change the document, applied together. */
  readonly operations: readonly DocumentOperation[]
}

/** One thing that is wrong with a workflow, or that may surprise. Errors keep it from being published. */
export interface WorkflowIssue {
  /** One of {@link ISSUE_CODES}, `EXPRESSION_*`, `COMPARISON_TYPES_DIFFER`, or the code of a lint rule. */
  readonly code: IssueCode | (string & {})
  /** Effect of the issue; an error prevents publishing, a warning does not. */
  readonly severity: 'error' | 'warning'
  /** One sentence for people; names nodes as they do. */
  readonly message: string
  /** Node that has the issue; absent for issues of the workflow or of an edge. */
  readonly nodeId?: NodeId
  /** Edge that has the issue. */
  readonly edgeId?: string
  /** The place inside the node, keys joined by dots: `params.cases.0.value`, `policy.join`, `name`. */
  readonly field?: string
  /** The same place key by key, for keys that have dots in them. */
  readonly path?: ParamPath
  /** Where in the text at `path` it stands: UTF-16 offsets, `end` exclusive. */
  readonly range?: { readonly start: number; readonly end: number }
  /** Change that removes the issue, where one is known. */
  readonly fix?: IssueFix
}

/** Takes issues as the checks find them. */
export type ReportIssue = (issue: WorkflowIssue) => void

type Details = Pick<WorkflowIssue, 'nodeId' | 'edgeId' | 'path' | 'range' | 'fix'>

function issue(severity: WorkflowIssue['severity'], code: string, message: string, details: Details): WorkflowIssue {
  return {
    code,
    severity,
    message,
    ...details,
    ...(details.path === undefined ? {} : { field: details.path.join('.') }),
  }
}

/** An issue that keeps the workflow from being published. */
export function errorIssue(code: IssueCode | (string & {}), message: string, details: Details = {}): WorkflowIssue {
  return issue('error', code, message, details)
}

/** An issue that may be meant. */
export function warningIssue(code: IssueCode | (string & {}), message: string, details: Details = {}): WorkflowIssue {
  return issue('warning', code, message, details)
}
