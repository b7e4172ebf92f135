/**
 * Values in the messages of issues, by code, for texts in other languages. The node that has the issue is not among
 * them: its id is in the issue. Names are those that people see: of nodes, and titles of params, ports and inputs.
 * Codes without an entry have no values; lint rules and expressions have no fixed ones.
 */
export interface IssueValues {
  /** The rule that the document breaks, as the end of a sentence: `must be a text`. */
  readonly DOCUMENT_MALFORMED: { readonly path: string; readonly fault: string }
  /** Steps that the check has taken. */
  readonly WORKFLOW_TOO_COMPLEX: { readonly steps: number }
  /** Names of the nodes, joined by commas, and their number; 1 for a node that is connected to itself. */
  readonly WORKFLOW_CYCLE: { readonly nodes: string; readonly count: number }
  readonly NODE_ID_DUPLICATE: { readonly id: string }
  readonly NODE_NAME_DUPLICATE: { readonly name: string }
  /** The name without its invisible characters, or the id if nothing remains. */
  readonly NODE_NAME_INVALID: { readonly name: string }
  /** `meant` is the known type with the most similar name, or empty. */
  readonly NODE_TYPE_UNKNOWN: { readonly type: string; readonly meant: string }
  readonly NODE_VERSION_UNKNOWN: { readonly type: string; readonly version: number; readonly latest: number }
  /** Id of the missing node. */
  readonly EDGE_DANGLING: { readonly missing: string }
  readonly EDGE_DUPLICATE: { readonly edge: string }
  readonly EDGE_ACROSS_PARENTS: { readonly source: string; readonly target: string }
  readonly PORT_UNKNOWN: { readonly port: string }
  /** Ports without an edge, joined by commas, and their number; at most four are named. */
  readonly PORT_UNCONNECTED: { readonly ports: string; readonly count: number }
  readonly PORT_NAME_INVALID: { readonly port: string }
  readonly PORT_NAME_DUPLICATE: { readonly port: string }
  /** The title without its invisible characters. */
  readonly PORT_TITLE_INVALID: { readonly title: string }
  readonly INPUT_UNKNOWN: { readonly input: string }
  readonly INPUT_FULL: { readonly input: string; readonly maximum: number }
  readonly PARAM_REQUIRED: { readonly param: string }
  /** `fault` is the sentence of the schema checker. */
  readonly PARAM_INVALID: { readonly param: string; readonly fault: string }
  readonly PARAM_UNKNOWN: { readonly param: string }
  readonly PARAM_LITERAL: { readonly param: string }
  readonly SCHEMA_INVALID: { readonly fault: string }
  readonly HEADER_NAME_INVALID: { readonly header: string }
  readonly HEADER_RESERVED: { readonly header: string }
  /** `secret` is the param that encrypts the token, or empty. */
  readonly SECRET_IN_TEXT: { readonly param: string; readonly secret: string }
  readonly SECRET_HOST_OPEN: { readonly param: string; readonly secret: string }
  readonly SECRET_MISSING: { readonly param: string }
  readonly TEMPLATE_INVALID: { readonly param: string; readonly fault: string }
  readonly POLICY_INVALID: { readonly setting: string; readonly fault: string }
  readonly POLICY_NOT_AVAILABLE: { readonly setting: string }
  readonly JOIN_IMPOSSIBLE: { readonly needed: number; readonly most: number; readonly edges: number }
  /** The other node with the same key. */
  readonly IDEMPOTENCY_SHARED: { readonly other: string }
  /** Keys and names of the nodes that write them, joined by commas. */
  readonly KEY_COLLISION: { readonly keys: string; readonly writers: string }
  /** The node that the param reads. */
  readonly REFERENCE_NOT_UPSTREAM: { readonly param: string; readonly other: string }
}
