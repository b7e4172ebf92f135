import type { ExpressionValues } from '../expression/check/values.ts'

/** Values of problems of expressions, with the param that contains the expression. */
type InParam<Values> = { readonly [Code in keyof Values]: Values[Code] & { readonly param: string } }

/**
 * Values in the messages of issues, by code, for texts in other languages. The node that has the issue is not among
 * them: its id is in the issue. Names are those that people see: of nodes, and titles of params, ports and inputs.
 * Codes without an entry have no values; lint rules have no fixed ones. Those of expressions are in `ExpressionValues`.
 */
export interface IssueValues extends InParam<ExpressionValues> {
  /** The rule that the document breaks, as the end of a sentence: `must be a text`. */
  readonly DOCUMENT_MALFORMED: { readonly path: string; readonly fault: string }
  /** Steps that the check has taken. */
  readonly WORKFLOW_TOO_COMPLEX: { readonly steps: number }
  /** Names of the nodes, joined by commas, and their number; 1 for a node that is connected to or inside itself. */
  readonly WORKFLOW_CYCLE: { readonly nodes: string; readonly count: number }
  /** Id that several nodes have. */
  readonly NODE_ID_DUPLICATE: { readonly id: string }
  /** Name that several nodes have. */
  readonly NODE_NAME_DUPLICATE: { readonly name: string }
  /** The name without its invisible characters, or the id if nothing remains. */
  readonly NODE_NAME_INVALID: { readonly name: string }
  /** `meant` is the known type with the most similar name, or empty. */
  readonly NODE_TYPE_UNKNOWN: { readonly type: string; readonly meant: string }
  /** Type and version of the node, and the latest version that is known. */
  readonly NODE_VERSION_UNKNOWN: { readonly type: string; readonly version: number; readonly latest: number }
  /** Name of the node around the node. */
  readonly PARENT_NOT_CONTAINER: { readonly parent: string }
  /** Most nodes that can be around a node. */
  readonly NESTED_TOO_DEEP: { readonly maximum: number }
  /** Id of the missing node. */
  readonly EDGE_DANGLING: { readonly missing: string }
  /** Id of the edge that occurs twice. */
  readonly EDGE_DUPLICATE: { readonly edge: string }
  /** Names of the nodes at both ends. */
  readonly EDGE_ACROSS_PARENTS: { readonly source: string; readonly target: string }
  /** Port that the source does not have. */
  readonly PORT_UNKNOWN: { readonly port: string }
  /** Ports without an edge, joined by commas, and their number; at most four are named. */
  readonly PORT_UNCONNECTED: { readonly ports: string; readonly count: number }
  /** Port whose name cannot be used. */
  readonly PORT_NAME_INVALID: { readonly port: string }
  /** Port name that occurs twice. */
  readonly PORT_NAME_DUPLICATE: { readonly port: string }
  /** The title without its invisible characters. */
  readonly PORT_TITLE_INVALID: { readonly title: string }
  /** Input that the target does not have. */
  readonly INPUT_UNKNOWN: { readonly input: string }
  /** Input, and the most edges that it takes. */
  readonly INPUT_FULL: { readonly input: string; readonly maximum: number }
  /** Param without a value. */
  readonly PARAM_REQUIRED: { readonly param: string }
  /** `fault` is the sentence of the schema checker. */
  readonly PARAM_INVALID: { readonly param: string; readonly fault: string }
  /** Param that the node type does not have. */
  readonly PARAM_UNKNOWN: { readonly param: string }
  /** Param that takes no expressions. */
  readonly PARAM_LITERAL: { readonly param: string }
  /** The fault of the schema, as a sentence. */
  readonly SCHEMA_INVALID: { readonly fault: string }
  /** Param that must list tools. */
  readonly TOOLS_INVALID: { readonly param: string }
  /** Type and version of a tool; `latest` is the latest known version, or 0 for an unknown type. */
  readonly TOOL_TYPE_UNKNOWN: { readonly type: string; readonly version: number; readonly latest: number }
  /** Title of a node type that cannot be a tool; `fault` is the reason. */
  readonly TOOL_TYPE_INVALID: { readonly tool: string; readonly type: string; readonly fault: string }
  /** Name that several tools of a node have. */
  readonly TOOL_NAME_DUPLICATE: { readonly tool: string }
  /** Param of a tool that the author cannot fix, or that cannot be left to the model; `fault` is the reason. */
  readonly TOOL_PARAM_INVALID: { readonly tool: string; readonly param: string; readonly fault: string }
  /** `fault` is the reason why the condition of an approval cannot be read. */
  readonly TOOL_APPROVAL_INVALID: { readonly tool: string; readonly fault: string }
  /** Header whose name cannot be sent. */
  readonly HEADER_NAME_INVALID: { readonly header: string }
  /** Header that the HTTP client itself sets. */
  readonly HEADER_RESERVED: { readonly header: string }
  /** `secret` is the param that encrypts the token, or empty. */
  readonly SECRET_IN_TEXT: { readonly param: string; readonly secret: string }
  /** Param that names the host with an expression, and the secret param that is sent there. */
  readonly SECRET_HOST_OPEN: { readonly param: string; readonly secret: string }
  /** Secret param without a value, as in a copy. */
  readonly SECRET_MISSING: { readonly param: string }
  /** Param, and the fault of its text in the language of the param. */
  readonly TEMPLATE_INVALID: { readonly param: string; readonly fault: string }
  /**
   * Field of the policy of the node or of its retry policy, or `runTimeout` for the workflow; and its fault, as a
   * sentence without a capital letter: `a timeout of 0 leaves no time`.
   */
  readonly POLICY_INVALID: { readonly setting: string; readonly fault: string }
  /** Id of the node that should undo the node. */
  readonly COMPENSATION_UNKNOWN: { readonly missing: string }
  /** Name of the node that can neither undo nor be undone. */
  readonly COMPENSATION_NOT_ALLOWED: { readonly node: string }
  /** Names of the node that undoes, and of the first node that it undoes. */
  readonly COMPENSATION_SHARED: { readonly node: string; readonly other: string }
  /** Name of the node that undoes another one, and should be undone itself. */
  readonly COMPENSATION_NESTED: { readonly node: string }
  /** Name of the node that should undo the node from elsewhere. */
  readonly COMPENSATION_ELSEWHERE: { readonly node: string }
  /** Name of the node that the disabled node does not undo. */
  readonly COMPENSATION_DISABLED: { readonly undone: string }
  /** Branches that the join needs, those that can arrive at most, and its edges. */
  readonly JOIN_IMPOSSIBLE: { readonly needed: number; readonly most: number; readonly edges: number }
  /** The other node with the same key. */
  readonly IDEMPOTENCY_SHARED: { readonly other: string }
  /** Name of the loop. */
  readonly IDEMPOTENCY_REPEATED: { readonly loop: string }
  /** Keys and names of the nodes that write them, joined by commas. */
  readonly KEY_COLLISION: { readonly keys: string; readonly writers: string }
  /** The node that the param reads. */
  readonly REFERENCE_NOT_UPSTREAM: { readonly param: string; readonly other: string }
  /** Found by the server only, as the codes below: content of a draft that cannot be read, by its map and key. */
  readonly DRAFT_UNREADABLE: { readonly part: string; readonly key: string }
  /** Secret param whose value was set elsewhere, or was deleted. */
  readonly SECRET_NOT_FOUND: { readonly param: string }
  /** Param that names a connection which does not exist, or which the workflow or its author may not use. */
  readonly CONNECTION_NOT_FOUND: { readonly param: string }
  /** Param that names the connection of one person, in a workflow that only messages, events and schedules start. */
  readonly CONNECTION_PRIVATE: { readonly param: string }
  /** Task queue without a worker. */
  readonly TASK_QUEUE_UNSERVED: { readonly queue: string }
  /** Node type that the server knows and no running worker has. */
  readonly NODE_TYPE_UNSERVED: { readonly type: string; readonly version: string }
  /** Id of the workflow that a node runs; no workflow has it. */
  readonly SUBWORKFLOW_NOT_FOUND: { readonly workflowId: string }
  /** Name of the workflow that a node runs; it was deleted. */
  readonly SUBWORKFLOW_DELETED: { readonly workflow: string }
  /** Name of the workflow that a node runs; it has no published version. */
  readonly SUBWORKFLOW_NOT_PUBLISHED: { readonly workflow: string }
  /** Names of the workflows that run each other, joined by arrows: `Orders → Invoices → Orders`. */
  readonly SUBWORKFLOW_CYCLE: { readonly path: string }
  /** Name of the workflow that a node runs, and the most runs that can be inside each other. */
  readonly SUBWORKFLOW_TOO_DEEP: { readonly workflow: string; readonly maximum: number }
  /** Name of the workflow that a node runs; all of its triggers are disabled. */
  readonly SUBWORKFLOW_NO_TRIGGER: { readonly workflow: string }
  /** Name of the workflow that a node runs, and the fault of the input, as a sentence. */
  readonly SUBWORKFLOW_INPUT_INVALID: { readonly workflow: string; readonly fault: string }
  /** Id of the person who is not a member. */
  readonly APPROVER_UNKNOWN: { readonly userId: string }
}
