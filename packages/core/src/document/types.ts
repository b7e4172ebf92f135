import type { DurationString } from '../duration.ts'
import type { NodeId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'

/**
 * A workflow as it is edited, stored and published: flat nodes and edges with React Flow's own field names.
 *
 * "Document order" means topological order, ties by the order of `nodes`.
 */
export interface WorkflowDocument {
  readonly schemaVersion: 1
  readonly nodes: readonly WorkflowNode[]
  readonly edges: readonly WorkflowEdge[]
  readonly variables: readonly WorkflowVariable[]
  readonly annotations: readonly Annotation[]
  readonly settings: WorkflowSettings
}

/** A place on the canvas in its own units (CSS pixels at 100 % zoom), x to the right and y downwards. */
export interface Position {
  readonly x: number
  readonly y: number
}

/** The extent of something on the canvas, in the units of {@link Position}; both above 0. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** One box of a workflow: its type says what it does, its params say how. */
export interface WorkflowNode {
  readonly id: NodeId
  /** Bare kebab-case for built-in types, `vendor/name` for others. */
  readonly type: string
  readonly typeVersion: number
  /** What people call it; unique names are nice to have, ids identify. */
  readonly name: string
  /** Literals and `{{ templates }}`; checked against the params schema of the node type. */
  readonly params: JsonObject
  readonly position: Position
  readonly size?: Size
  /** The container that holds the node. */
  readonly parentId?: NodeId
  readonly policy?: NodePolicy
  /** A disabled node passes through: first port, output `{}`. */
  readonly disabled?: boolean
  readonly locked?: boolean
  readonly notes?: string
}

/**
 * Joins a port of one node with an input of another. Its id follows from its ends, so the same edge cannot stand
 * twice.
 */
export interface WorkflowEdge {
  /** Always `source:sourceHandle>target:targetHandle`. */
  readonly id: string
  readonly source: NodeId
  /** Port of the source. */
  readonly sourceHandle: string
  readonly target: NodeId
  /** Input of the target. */
  readonly targetHandle: string
  /** Bend points. */
  readonly points?: readonly Position[]
}

/** A named value that templates of the workflow read as `vars.<name>`. */
export interface WorkflowVariable {
  readonly name: string
  readonly schema?: JsonSchema
  readonly value: Json
}

/** A note or a frame on the canvas; means nothing to a run. */
export interface Annotation {
  readonly id: string
  readonly kind: 'note' | 'frame'
  readonly rect: Position & Size
  readonly color?: string
  readonly text: string
}

/** What holds for a workflow as a whole. */
export interface WorkflowSettings {
  /** Longest life of a run. */
  readonly timeout?: DurationString
  /** `strict` writes every pure node before the next one starts. @defaultValue 'normal' */
  readonly durability?: 'normal' | 'strict'
  /** Text that the editor shows about a document that is not stored on a server; it does not affect runs. */
  readonly description?: string
}

/** Temporal's five fields, durations as people write them. All waits together may last 30 days. */
export interface RetryPolicy {
  /** ≥ 100ms. @defaultValue '1s' */
  readonly initialInterval?: DurationString
  /** ≥ 1. @defaultValue 2 */
  readonly backoffCoefficient?: number
  /** ≥ `initialInterval`. @defaultValue 100 × initialInterval */
  readonly maximumInterval?: DurationString
  /** Attempts in all, the first included; 1 to 100. @defaultValue 3 */
  readonly maximumAttempts?: number
  /** Error codes that are not tried again. */
  readonly nonRetryableErrorTypes?: readonly string[]
}

/**
 * What may follow when the last attempt of a node has failed: the run fails, goes on by the usual port, goes on by the
 * port `error`, or waits for a person (`park`, which `compile` refuses for now).
 */
export const ON_ERROR_CHOICES = ['fail', 'continue', 'route', 'park'] as const
/** What follows when the last attempt of a node has failed. */
export type OnError = (typeof ON_ERROR_CHOICES)[number]

/** When a node with several incoming edges starts; counts live edges only. @defaultValue 'all' */
export type JoinMode = 'all' | 'any' | 'first-success' | { readonly count: number }

/** How a node is carried out; each field overrides the default of its type. */
export interface NodePolicy {
  /**
   * Retries of a failed attempt; each field left out keeps the default of the node type, then that of {@link
   * RetryPolicy}.
   */
  readonly retry?: RetryPolicy
  /** Longest time of one attempt, start to close. */
  readonly timeout?: DurationString
  /** Longest silence between two heartbeats of the node itself. */
  readonly heartbeat?: DurationString
  /**
   * The queue whose workers carry the node out, on Temporal: a letter, then letters, digits and `_ . -`, at most 100
   * characters. A worker must serve it when the workflow is published. @defaultValue the queue of the engine
   */
  readonly taskQueue?: string
  /**
   * Outcome after the last failed attempt. `route` without an edge at the port `error` acts like `fail`. @defaultValue
   * 'fail'
   */
  readonly onError?: OnError
  /** The node that undoes this one. */
  readonly compensation?: NodeId
  /** Condition on the live incoming edges under which the node starts. @defaultValue 'all' */
  readonly join?: JoinMode
  /** A template; the node is passed through when it gives `true`. */
  readonly skipIf?: string
  /** A template for the key that makes a write happen once. @defaultValue derived from run and node run */
  readonly idempotency?: string
}

/** A document without anything in it, frozen; the base that drafts and tests begin with. */
export const EMPTY_DOCUMENT: WorkflowDocument = Object.freeze({
  schemaVersion: 1,
  nodes: [],
  edges: [],
  variables: [],
  annotations: [],
  settings: {},
})

/** The one form of an edge id. */
export function edgeId(edge: Pick<WorkflowEdge, 'source' | 'sourceHandle' | 'target' | 'targetHandle'>): string {
  return `${edge.source}:${edge.sourceHandle}>${edge.target}:${edge.targetHandle}`
}
