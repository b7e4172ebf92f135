import type { DurationString } from '../duration.ts'
import type { NodeId, WorkflowId } from '../ids.ts'
import type { Json, JsonObject, JsonSchema } from '../json.ts'
import type { KeyOrder } from './key-order.ts'

/**
 * A workflow as it is edited, stored and published: flat nodes and edges with React Flow's own field names.
 *
 * "Document order" means topological order, ties by the order of `nodes`.
 */
export interface WorkflowDocument {
  /** Version of the document format. */
  readonly schemaVersion: 1
  /** Nodes with unique ids, in any order. */
  readonly nodes: readonly WorkflowNode[]
  /** Edges between ports and inputs of the nodes. */
  readonly edges: readonly WorkflowEdge[]
  /** Named values that templates of all nodes can read. */
  readonly variables: readonly WorkflowVariable[]
  /** Notes and frames on the canvas. */
  readonly annotations: readonly Annotation[]
  /** Settings of the workflow as a whole. */
  readonly settings: WorkflowSettings
}

/** A point on the canvas in its own units (CSS pixels at 100 % zoom), x to the right and y downwards. */
export interface Position {
  /** Distance to the right of the origin. */
  readonly x: number
  /** Distance below the origin. */
  readonly y: number
}

/** Size of an element on the canvas, in the units of {@link Position}; both above 0. */
export interface Size {
  /** Width, above 0. */
  readonly width: number
  /** Height, above 0. */
  readonly height: number
}

/** One node of a workflow: its type defines the action, its params configure it. */
export interface WorkflowNode {
  /** Id of the node, unique within the document. */
  readonly id: NodeId
  /** Bare kebab-case for built-in types, `vendor/name` for others. */
  readonly type: string
  /** Version of the node type, an integer from 1. */
  readonly typeVersion: number
  /** Display name; it need not be unique, since ids identify nodes. */
  readonly name: string
  /** Literals and `{{ templates }}`; checked against the params schema of the node type. */
  readonly params: JsonObject
  /**
   * Order of the keys in objects of `params`, as the author arranged them: keys by the JSON Pointer (RFC 6901) of the
   * object, such as `{ "/headers": ["X-Trace", "Accept"] }`. Keys that a list does not have follow it.
   *
   * @defaultValue keys are sorted
   */
  readonly keyOrder?: KeyOrder
  /**
   * Upper left corner of the node on the canvas, also of a node inside a container: never relative to it. A container
   * with nodes is drawn around them, so that its own position counts only while it is empty.
   */
  readonly position: Position
  /** Size that a person gave the node. @defaultValue the natural size of its card */
  readonly size?: Size
  /** Container that holds the node, such as a loop. Edges connect nodes of the same container only. */
  readonly parentId?: NodeId
  /** Retries, time limits and joins; each field overrides the default of the node type. */
  readonly policy?: NodePolicy
  /** A disabled node passes through: first port, output `{}`. */
  readonly disabled?: boolean
  /** Protects the node from changes and deletion in the editor. @defaultValue false */
  readonly locked?: boolean
  /** Notes of the people who edit the workflow; they do not affect runs. */
  readonly notes?: string
}

/**
 * Connects a port of one node with an input of another. Its id follows from its ends, so the same edge cannot exist
 * twice.
 */
export interface WorkflowEdge {
  /** Always `source:sourceHandle>target:targetHandle`. */
  readonly id: string
  /** Node that the edge leaves. */
  readonly source: NodeId
  /** Port of the source. */
  readonly sourceHandle: string
  /** Node that the edge arrives at. */
  readonly target: NodeId
  /** Input of the target. */
  readonly targetHandle: string
  /** Bend points. */
  readonly points?: readonly Position[]
}

/** A named value that templates of the workflow read as `vars.<name>`. */
export interface WorkflowVariable {
  /** Name that templates read the variable by. */
  readonly name: string
  /** JSON Schema of the value, for type checks of templates. */
  readonly schema?: JsonSchema
  /** Value of the variable in every run. */
  readonly value: Json
}

/** A note or a frame on the canvas; runs ignore it. */
export interface Annotation {
  /** Id of the annotation, unique within the document. */
  readonly id: string
  /** Form of the annotation: a note with text, or a frame around nodes. */
  readonly kind: 'note' | 'frame'
  /** Upper left corner and size on the canvas. */
  readonly rect: Position & Size
  /** Color of the annotation. @defaultValue the color of the theme */
  readonly color?: string
  /** Text of the note, or title of the frame. */
  readonly text: string
}

/** Limit of the runs of a workflow that are in progress: begun and not ended, also those that wait for a person. */
export interface ConcurrencyLimit {
  /** Most runs in progress at once, 1 to 10,000; with a key, for each value of the key. */
  readonly limit: number
  /**
   * A template over the input of the run, such as `{{ input.customerId }}`: runs with the same value share the limit and
   * start in the order in which they were requested. @defaultValue all runs of the workflow share it
   */
  readonly key?: string
}

/** Limit of the runs of a workflow that start in an interval. */
export interface StartRate {
  /** Most starts in any interval of this length, 1 to 10,000; with a key, for each value of the key. */
  readonly limit: number
  /** Length of the interval, 1 second to 30 days. */
  readonly interval: DurationString
  /**
   * A template over the input of the run, such as `{{ input.customerId }}`: runs with the same value share the limit.
   *
   * @defaultValue all runs of the workflow share it
   */
  readonly key?: string
}

/** Returns the earlier run for a request that repeats it within a time. */
export interface StartDedupe {
  /** A template over the input of the run, such as `{{ input.orderId }}`: requests with the same value are the same. */
  readonly key: string
  /** Time from the first request in which others return its run, 1 second to 30 days. */
  readonly window: DurationString
}

/** Merges requests that follow each other quickly into one run, which starts with the input of the last of them. */
export interface StartDebounce {
  /** Time after the last request at which the run starts, 1 second to 30 days. */
  readonly delay: DurationString
  /** Longest time after the first request at which the run starts, at least `delay`. @defaultValue no limit */
  readonly maxWait?: DurationString
  /**
   * A template over the input of the run, such as `{{ input.documentId }}`: requests with the same value are merged.
   *
   * @defaultValue all requests of the workflow are merged
   */
  readonly key?: string
}

/**
 * Collects requests in one run. The input of each is `{ items: [...] }`, and the run starts with the items of all of them;
 * other fields are those of the last request.
 */
export interface StartBatching {
  /** Most items of a run, 2 to 1,000: it starts as soon as it has so many. */
  readonly maxSize: number
  /** Longest time after the first request at which the run starts, 1 second to 30 days. */
  readonly maxWait: DurationString
  /**
   * A template over the input of the request, such as `{{ input.customerId }}`: requests with the same value are collected
   * in one run. @defaultValue all requests of the workflow are
   */
  readonly key?: string
}

/** Priorities of runs in the queue of a tenant, the first to start first. */
export const RUN_PRIORITIES = ['high', 'normal', 'low'] as const
/** One of {@link RUN_PRIORITIES}. */
export type RunPriority = (typeof RUN_PRIORITIES)[number]

/** Workflow that is run when a run of this one fails. */
export interface ErrorHandler {
  /** Workflow to run; its latest version when this workflow is published is the one that runs. */
  readonly workflow: WorkflowId
  /** Also runs it when a run exceeds its time limit. @defaultValue false */
  readonly onTimeout?: boolean
  /** Also runs it when a run is canceled. @defaultValue false */
  readonly onCancel?: boolean
}

/** Settings of a workflow as a whole. */
export interface WorkflowSettings {
  /** Longest duration of a run. */
  readonly timeout?: DurationString
  /** `strict` writes every pure node before the next one starts. @defaultValue 'normal' */
  readonly durability?: 'normal' | 'strict'
  /** Most runs in progress at once; others wait in a queue. @defaultValue no limit */
  readonly concurrency?: ConcurrencyLimit
  /** Most starts in an interval; others wait in a queue until the interval allows them. @defaultValue no limit */
  readonly rate?: StartRate
  /** Returns the earlier run for a repeated request. @defaultValue each request starts a run */
  readonly dedupe?: StartDedupe
  /** Merges requests that follow each other quickly into one run. @defaultValue each request starts a run */
  readonly debounce?: StartDebounce
  /** Collects the items of requests in one run; not together with `debounce`. @defaultValue each request starts a run */
  readonly batching?: StartBatching
  /** Order in the queue among the waiting runs of the tenant. @defaultValue 'normal' */
  readonly priority?: RunPriority
  /**
   * Also undoes what a run has done when it is canceled, not only when it fails or exceeds its time limit.
   *
   * @defaultValue true
   */
  readonly compensateOnCancel?: boolean
  /**
   * Runs another workflow once for each run that fails for good, with the failure as its input. Test runs, and runs that
   * handle the failure of another run, start no handler. @defaultValue no handler
   */
  readonly errorHandler?: ErrorHandler
  /**
   * Days after its end for which a run of the workflow is kept, with the runs that it has started; 1 to 36,500. The
   * latest published version applies to all runs of the workflow. A longer time than that of the tenant does not apply.
   *
   * @defaultValue that of the tenant
   */
  readonly keepRunsDays?: number
  /** Offers the published workflow to models of other products, as a tool. @defaultValue not offered */
  readonly tool?: WorkflowTool
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
 * Policies for a node whose last attempt has failed: the run fails, continues by the usual port, continues by the port
 * `error`, or waits for a person (`park`).
 */
export const ON_ERROR_CHOICES = ['fail', 'continue', 'route', 'park'] as const
/** One of {@link ON_ERROR_CHOICES}. */
export type OnError = (typeof ON_ERROR_CHOICES)[number]

/** Condition on which a node with several incoming edges starts; counts live edges only. @defaultValue 'all' */
export type JoinMode = 'all' | 'any' | 'first-success' | { readonly count: number }

/** Execution policy of a node; each field overrides the default of its type. */
export interface NodePolicy {
  /**
   * Retries of a failed attempt; each field left out keeps the default of the node type, then that of
   * {@link RetryPolicy}.
   */
  readonly retry?: RetryPolicy
  /**
   * A template over what the node reads and `error` (`code`, `message`, `details`, `attempt`): a failed attempt is tried
   * again only if it gives `true`. It is evaluated only for an attempt that the retry policy would try again.
   *
   * @defaultValue every failure that the retry policy allows is tried again
   */
  readonly retryIf?: string
  /** Longest time of one attempt, start to close. */
  readonly timeout?: DurationString
  /**
   * Longest time of one pass of the node with all its attempts, the waits between them and the wait for a worker,
   * schedule to close. The pass that follows a wait, such as an approval, has a time of its own. @defaultValue no limit
   */
  readonly totalTimeout?: DurationString
  /** Longest silence between two heartbeats of the node itself. */
  readonly heartbeat?: DurationString
  /**
   * Task queue whose workers execute the node, on Temporal: a letter, then letters, digits and `_ . -`, at most 100
   * characters. A worker must serve it when the workflow is published. @defaultValue the queue of the engine
   */
  readonly taskQueue?: string
  /**
   * Outcome after the last failed attempt. `route` without an edge at the port `error` acts like `fail`.
   *
   * @defaultValue 'fail'
   */
  readonly onError?: OnError
  /**
   * Node that undoes this one when the run fails or is canceled after this one has completed. It is in the same
   * container, has no edges, and undoes no other node; its templates read what this node could read, and its output.
   */
  readonly compensation?: NodeId
  /** Condition on the live incoming edges under which the node starts. @defaultValue 'all' */
  readonly join?: JoinMode
  /** A template; the node is passed through when it gives `true`. */
  readonly skipIf?: string
  /** A template for the key that makes a write happen once. @defaultValue derived from run and node run */
  readonly idempotency?: string
}

/** A workflow as a tool that clients of the host's MCP server call, and as a skill of its A2A agent. */
export interface WorkflowTool {
  /** Name that a model calls: 1 to 64 letters, digits, `_` and `-`; unique in the tenant. */
  readonly name: string
  /** Text for the model: purpose of the tool, and when to use it. */
  readonly description: string
}

/** Empty, frozen document, the base of drafts and tests. */
export const EMPTY_DOCUMENT: WorkflowDocument = Object.freeze({
  schemaVersion: 1,
  nodes: [],
  edges: [],
  variables: [],
  annotations: [],
  settings: {},
})

/** Returns the id of an edge, which follows from its ends. */
export function edgeId(edge: Pick<WorkflowEdge, 'source' | 'sourceHandle' | 'target' | 'targetHandle'>): string {
  return `${edge.source}:${edge.sourceHandle}>${edge.target}:${edge.targetHandle}`
}
