import type { ConcurrencyLimit, JoinMode, KeyOrder, OnError, RunPriority } from '@tenon/core/document'
import type { ControlKind, NodeEffect, TriggerKind } from '@tenon/core/node'
import type { StoredCallPolicy } from '@tenon/core/run'

/** A retry policy with its durations in milliseconds and its defaults filled in. */
export interface CompiledRetryPolicy {
  /** Wait before the second attempt, in milliseconds; ≥ 100. @defaultValue 1_000 */
  readonly initialIntervalMs: number
  /** Factor by which the wait grows with each attempt; ≥ 1. @defaultValue 2 */
  readonly backoffCoefficient: number
  /** Longest wait between two attempts, in milliseconds. @defaultValue 100 × initialIntervalMs */
  readonly maximumIntervalMs: number
  /** Attempts in all, the first included; 1 to 100. @defaultValue 3 */
  readonly maximumAttempts: number
  /** Error codes that end the attempts at once. @defaultValue none */
  readonly nonRetryableErrorTypes: readonly string[]
}

/** A node for the machine: policies filled in from its type, edges as indexes. */
export interface PlanNode {
  /** Id of the node in the document. */
  readonly id: string
  /** Type of the node. */
  readonly type: string
  /** Version of the node type, an integer from 1. */
  readonly typeVersion: number
  /** Name of the node in the document. */
  readonly name: string
  /** Params of the document, templates unresolved. */
  readonly params: Readonly<Record<string, unknown>>
  /** Order of the keys in objects of `params`, as in the document. @defaultValue keys are sorted */
  readonly keyOrder?: KeyOrder
  /** Behavior that the machine itself provides; `null` for other nodes. */
  readonly control: ControlKind | null
  /** Way in which the server starts runs at a trigger, such as by a webhook; without it, runs are started by hand. */
  readonly trigger?: TriggerKind
  /** Way of execution: within the commit, or by a worker. */
  readonly mode: 'inline' | 'dispatch'
  /** Effect on other systems. */
  readonly effect: NodeEffect
  /** Names of the exits, including those made from params. */
  readonly ports: readonly string[]
  /** `true` if runs pass through the node. */
  readonly disabled: boolean
  /** Template that skips the node if it is `true`; `null` without one. */
  readonly skipIf: string | null
  /** Condition on the live incoming edges under which the node starts. */
  readonly join: JoinMode
  /** Outcome after the last failed attempt. */
  readonly onError: OnError
  /** True if an edge leaves the `error` port; without one, `route` acts like `fail`. */
  readonly hasErrorEdge: boolean
  /** Retries, with all defaults filled in. */
  readonly retry: CompiledRetryPolicy
  /** Template that must be `true` for a failed attempt to be tried again; absent without one. */
  readonly retryIf?: string
  /** Longest pass with all its attempts and waits, in milliseconds; absent without a limit, and for inline nodes. */
  readonly totalTimeoutMs?: number
  /** Longest attempt in milliseconds; `null` for inline nodes. */
  readonly timeoutMs: number | null
  /** Longest time between two heartbeats in milliseconds; `null` without a limit. */
  readonly heartbeatMs: number | null
  /** Task queue whose workers execute the node; `null` to execute it where its run is. */
  readonly taskQueue: string | null
  /** Template of the idempotency key; `null` for a derived key. */
  readonly idempotency: string | null
  /** Indexes into `edges` of the level. */
  readonly incoming: readonly number[]
  /** Indexes into `edges` of the level. */
  readonly outgoing: readonly number[]
  /** Index of the node of the level that undoes this one; absent without one. */
  readonly compensation?: number
  /** Set for the node of a call, which is not in the document; `edited` if people gave it other params. */
  readonly called?: 'as_asked' | 'edited'
  /** Keys in `callable` of the node types that the node may call, ascending; absent for none. */
  readonly calls?: readonly string[]
  /** Connections that the author has chosen for tools of the node, by the key of their type; absent for none. */
  readonly toolConnections?: Readonly<Record<string, readonly string[]>>
  /** Connection of a called node, as its caller's author has chosen it; absent without one. */
  readonly connection?: string
  /** Nodes inside a loop, which run once for each iteration; absent for other nodes. */
  readonly children?: PlanLevel
}

/** An edge for the machine, with its ends as indexes into the nodes of the plan. */
export interface PlanEdge {
  /** Id of the edge in the document. */
  readonly id: string
  /** Index into `nodes`. */
  readonly source: number
  /** Port of the source. */
  readonly sourceHandle: string
  /** Index into `nodes`. */
  readonly target: number
  /** Input of the target. */
  readonly targetHandle: string
}

/** The nodes of a workflow outside its loops, or those directly inside one loop, with the edges between them. */
export interface PlanLevel {
  /** Nodes in document order. */
  readonly nodes: readonly PlanNode[]
  /** Edges between the nodes. */
  readonly edges: readonly PlanEdge[]
}

/** A node type that nodes of a plan may call, with the defaults of its policy filled in. */
export interface CallableType {
  /** Type of the node. */
  readonly type: string
  /** Version of the node type, an integer from 1. */
  readonly typeVersion: number
  /** Effect on other systems. */
  readonly effect: NodeEffect
  /** Names of the exits. */
  readonly ports: readonly string[]
  /** `child` for a type that runs a workflow, in the commit; absent for one with a body. */
  readonly control?: 'child'
  /** Name of the param that names a connection; absent without one. */
  readonly connectionParam?: string
  /** Names of the secret params, which no call may have; absent without any. */
  readonly secretParams?: readonly string[]
  /** Policy of a call that has none of its own. */
  readonly policy: StoredCallPolicy
  /** Keys of the node types that the node may call itself, ascending. */
  readonly calls: readonly string[]
}

/** Version of another workflow that runs of a plan start. */
export interface PinnedWorkflow {
  /** Number of the published version. */
  readonly version: string
  /** Hash of its plan, which the plans of the tenant contain. */
  readonly planHash: string
}

/** Limit of the starts of a workflow in an interval. */
export interface PlanRate {
  /** Most starts in an interval. */
  readonly limit: number
  /** Length of the interval in milliseconds. */
  readonly intervalMs: number
  /** Template over the input, whose values have the limit each; absent if all runs share it. */
  readonly key?: string
}

/** Requests that return an earlier run. */
export interface PlanDedupe {
  /** Template over the input: requests with the same value are the same. */
  readonly key: string
  /** Time from the first request, in milliseconds. */
  readonly windowMs: number
}

/** Requests that are merged into one run. */
export interface PlanDebounce {
  /** Time after the last request at which the run starts, in milliseconds. */
  readonly delayMs: number
  /** Longest time after the first request, in milliseconds; absent without one. */
  readonly maxWaitMs?: number
  /** Template over the input: requests with the same value are merged; absent if all are. */
  readonly key?: string
}

/** Requests whose items are collected in one run. */
export interface PlanBatching {
  /** Most items of a run. */
  readonly maxSize: number
  /** Longest time after the first request, in milliseconds. */
  readonly maxWaitMs: number
  /** Template over the input: requests with the same value are collected in one run; absent if all are. */
  readonly key?: string
}

/** Workflow that handles the failures of the runs of a plan; `workflows` of the plan has its version. */
export interface PlanErrorHandler {
  /** Workflow to run. */
  readonly workflowId: string
  /** `true` if it also handles runs that exceed their time limit; absent if it does not. */
  readonly onTimeout?: true
  /** `true` if it also handles canceled runs; absent if it does not. */
  readonly onCancel?: true
}

/** A compiled document for the machine: levels of nodes in document order, adjacency by index. Plain JSON. */
export interface Plan extends PlanLevel {
  /** Version of the plan format. */
  readonly planVersion: 1
  /** Hash that identifies the plan; equal for documents that differ in layout only. */
  readonly planHash: string
  /** Longest duration of a run in milliseconds; `null` without a limit. */
  readonly timeoutMs: number | null
  /** `strict` stores every pure node before the next one starts. */
  readonly durability: 'normal' | 'strict'
  /** Limit of runs in progress; absent without one. */
  readonly concurrency?: ConcurrencyLimit
  /** Limit of starts in an interval; absent without one. */
  readonly rate?: PlanRate
  /** Requests that return an earlier run; absent if each starts one. */
  readonly dedupe?: PlanDedupe
  /** Requests that are merged into one run; absent if each starts one. */
  readonly debounce?: PlanDebounce
  /** Requests whose items are collected in one run; absent if each starts one. */
  readonly batching?: PlanBatching
  /** Order in the queue; absent for `normal`. */
  readonly priority?: RunPriority
  /** `false` if a canceled run undoes nothing; absent if it does. */
  readonly compensatesOnCancel?: false
  /** Values that templates read as `vars.<name>`. */
  readonly variables: Readonly<Record<string, unknown>>
  /** Node types that nodes of the plan call, also through others, by `type@version`; absent if none calls any. */
  readonly callable?: Readonly<Record<string, CallableType>>
  /** Workflow that handles failures; absent without one. */
  readonly errorHandler?: PlanErrorHandler
  /** Versions of the workflows that nodes run, and of the error handler, by workflow id; absent without any. */
  readonly workflows?: Readonly<Record<string, PinnedWorkflow>>
}

/** Returns the nodes of a level and of the loops in it, those of a loop after it. */
export function nodesWithin({ nodes }: Pick<PlanLevel, 'nodes'>): readonly PlanNode[] {
  return nodes.flatMap((node) => (node.children === undefined ? [node] : [node, ...nodesWithin(node.children)]))
}
